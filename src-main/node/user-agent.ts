import packageFacts from '../../package.json' with { type: 'json' };

/** What Quayside calls itself at the vendors: there are firewalls that refuse requests of nobody. */
export const userAgent = `Quayside/${packageFacts.version}`;
