import type { AppError } from '../../src-main/core/base/errors.ts';
import { acceptWebSocket, asksForWebSocket } from '../../src-main/simulators/websocket.ts';
import { rawHttpTransport } from '../../src-main/simulators/raw-http-transport.ts';
import { Simulator } from '../../src-main/simulators/simulator.ts';
import type { RecordedRequest, SimulatedAnswer } from '../../src-main/simulators/simulator.ts';

/** As whom an operation is called. */
export interface SampleAccount {
  readonly secrets: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
}

/** What the document shows as the answer. */
export interface SampleAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Verbatim, mistakes included; absent if the document shows none. */
  readonly body?: string;
  /** Present if the answer is a WebSocket: the texts that arrive on it. */
  readonly messages?: readonly string[];
}

/** One request and its answer as the vendor's document shows them; nothing of it comes from our schemas. */
export interface Sample {
  /** The part of the document, for the name of the test: "cURL", "401". */
  readonly shows: string;
  /** What the operation is called with, to send what the document shows. */
  readonly input: unknown;
  /** Where not the one of the other samples. */
  readonly account?: SampleAccount;
  /** Requests that Quayside makes before it, for a rule of the document; they are answered alike. */
  readonly asksFirst?: number;
  readonly request: {
    readonly method: string;
    /** With the host, as the document writes it. */
    readonly url: string;
    /** Those the document shows; names in lower case. Others may be sent besides. */
    readonly headers?: Readonly<Record<string, string>>;
    /**
     * As the document writes it. JSON is compared by its value, because the document's spaces and line ends are not
     * ours; a form byte by byte; multipart byte by byte, with `{boundary}` for the boundary. Null: there is none.
     * Absent: the document does not show it, so it is not compared.
     */
    readonly body?: string | null;
  };
  readonly answer: SampleAnswer;
  /** What Quayside reads of the answer: a value, or why it counts as a refusal. */
  readonly reads: { readonly value: unknown } | { readonly refusal: Partial<AppError> };
}

/** Samples of one vendor, by the number of the endpoint: see endpoints.json. */
export interface VendorSamples {
  /** As the document has it. */
  readonly baseUrl: string;
  readonly account: SampleAccount;
  readonly samples: Readonly<Record<string, readonly Sample[]>>;
}

/** Answers every request with what the document shows, whatever was asked. */
export class DocumentServer extends Simulator {
  readonly #answer: SampleAnswer;

  constructor(answer: SampleAnswer) {
    // Takes any method: ACTION, too.
    super(rawHttpTransport);
    this.#answer = answer;
  }

  protected override answer(request: RecordedRequest): SimulatedAnswer {
    const { messages, ...plain } = this.#answer;
    if (messages === undefined || !asksForWebSocket(request)) return plain;
    return acceptWebSocket(request, (socket) => {
      for (const message of messages) socket.sendText(message);
      return () => undefined;
    });
  }

  protected override refusal(): SimulatedAnswer {
    return { status: 401 };
  }

  protected override change(): void {
    throw new Error('the document has no state');
  }
}

const boundaryOf = (contentType: string): string | undefined =>
  /^multipart\/form-data;.*\bboundary="?([^";]+)/i.exec(contentType)?.[1];

/** A body in the form in which it is compared; see `Sample.request.body`. `contentType` is that of what was sent. */
export const comparable = (body: string, contentType: string): unknown => {
  if (/^application\/json\b/i.test(contentType)) return JSON.parse(body) as unknown;
  const boundary = boundaryOf(contentType);
  return boundary === undefined ? body : body.replaceAll(boundary, '{boundary}');
};
