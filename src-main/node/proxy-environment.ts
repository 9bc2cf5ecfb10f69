/** This computer itself is never reached through a proxy. */
const ourselves = 'localhost,127.0.0.1,::1,[::1]';

/**
 * The proxy of a company's network for an agent of node:https, as the environment names it: HTTPS_PROXY (with user
 * name and password where it wants them) and NO_PROXY, in capitals or not.
 */
export const proxyEnvironment = (
  env: Readonly<Record<string, string | undefined>>,
): { readonly HTTPS_PROXY?: string; readonly NO_PROXY: string } => {
  const proxy = env['HTTPS_PROXY'] ?? env['https_proxy'];
  const except = env['NO_PROXY'] ?? env['no_proxy'] ?? '';
  return {
    ...(proxy === undefined || proxy === '' ? {} : { HTTPS_PROXY: proxy }),
    NO_PROXY: except === '' ? ourselves : `${except},${ourselves}`,
  };
};
