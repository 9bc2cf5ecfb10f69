/** What a session inside the application asks of the person in front of it. Answers with secrets stay in main. */

export interface HostKeyQuestion {
  readonly type: 'host-key';
  readonly verdict: 'first-seen' | 'other-type' | 'changed';
  readonly keyType: string;
  readonly fingerprint: string;
  readonly pinned?: { readonly keyType: string; readonly fingerprint: string; readonly firstSeenAt: number };
  readonly sharedWith: number;
}

export interface SignInQuestion {
  readonly type: 'sign-in';
  readonly user: string;
  /** What the server offers, in SSH's words; empty before it was asked. */
  readonly methods: readonly string[];
  readonly refused?: string;
  readonly keyFile?: string;
  /** What the server shows before a sign-in. */
  readonly banner?: string;
}

export interface SignIn {
  readonly way: 'password' | 'key' | 'questions';
  readonly user: string;
  readonly keyFile?: string;
  readonly password?: string;
  readonly passphrase?: string;
  readonly keep: boolean;
}

export interface PromptsQuestion {
  readonly type: 'prompts';
  readonly title: string;
  readonly instructions: string;
  readonly prompts: readonly { readonly text: string; readonly echo: boolean }[];
  readonly refused?: string;
  readonly banner?: string;
  /** The answer is a password, which the vault can keep. */
  readonly canKeep: boolean;
}

export interface PromptsAnswer {
  readonly answers: readonly string[];
  readonly keep: boolean;
}

/** An undefined answer means that the client is gone. */
export interface SessionPrompts {
  /** Says what is being done. */
  step(text: string): void;
  hostKey(question: HostKeyQuestion): Promise<boolean>;
  signIn(question: SignInQuestion): Promise<SignIn | undefined>;
  prompts(question: PromptsQuestion): Promise<PromptsAnswer | undefined>;
  /** The device speaks only these outdated algorithms; true: use them for this device. */
  allowOutdated(algorithms: readonly string[]): Promise<boolean>;
  /** The SSH agent takes its time; true: go on without it. The next step takes the question away. */
  skipAgent(): Promise<boolean>;
  password(refused: string | undefined): Promise<{ readonly password: string; readonly keep: boolean } | undefined>;
}
