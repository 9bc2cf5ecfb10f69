const secretName =
  /authorization|token|pass(?:word|phrase|wd|code)|\bpwd\b|secret|api_?key|access_?key|private_?key|signing_?key|session_?key|developer_?key|key_?material|cookie|credential|signature|auth_?hash|secondary_auth/;

/** Whether a field of this name, in any spelling, holds a secret. `key` alone is the name of a value. */
export const isSecretName = (name: string): boolean => secretName.test(name.toLowerCase().replaceAll('-', '_'));

const secretParameter = /([?&][\w.-]*(?:token|secret|password|passphrase|api_?key|signature|sig)=)[^&\s"'#]+/gi;

/** The text with `instead` for each URL parameter that is a credential, as in a signed download. */
export const withoutSecretParameters = (text: string, instead: string): string =>
  text.replace(secretParameter, (_all, parameter: string) => `${parameter}${instead}`);
