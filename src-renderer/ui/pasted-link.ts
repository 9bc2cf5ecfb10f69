/** The link that lets a browser in, in what somebody pasted; undefined if it is not one. It leads to this computer only. */
export const pastedLink = (pasted: string): string | undefined => {
  const url = URL.parse(pasted.trim());
  if (url === null || url.protocol !== 'http:' || !['127.0.0.1', 'localhost'].includes(url.hostname)) return undefined;
  return url.pathname === '/' && url.searchParams.has('token') ? url.href : undefined;
};
