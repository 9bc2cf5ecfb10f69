import { json, notFound } from './answers.ts';
import type { RecordedRequest, SimulatedAnswer } from '../simulator.ts';

/** A request that the app proxy passes on. */
export interface ProxiedRequest extends Pick<RecordedRequest, 'method' | 'query' | 'headers' | 'body'> {
  readonly deviceId: string;
  /** Below the source path, decoded, without a leading slash. */
  readonly path: string;
}

const echo = (request: ProxiedRequest): SimulatedAnswer =>
  json({
    method: request.method,
    path: request.path,
    query: request.query,
    contentType: request.headers['content-type'],
    body: request.body.toString(),
  });

/**
 * MODE-21 to MODE-25. "If there is a matching App Proxy route for the specified source path": what is answered where
 * there is none is not said, nor whether paths below a source path match; here they do.
 */
export class ModeAppProxy {
  readonly #routes: readonly string[];
  readonly #application: (request: ProxiedRequest) => SimulatedAnswer;

  constructor(routes: readonly string[], application: (request: ProxiedRequest) => SimulatedAnswer = echo) {
    this.#routes = routes;
    this.#application = application;
  }

  answer(request: RecordedRequest, deviceId: string, path: string): SimulatedAnswer {
    const { method, query, headers, body } = request;
    const route = this.#routes.find((source) => path === source || path.startsWith(`${source}/`));
    if (route === undefined || !/^(?:GET|POST|PUT|PATCH|DELETE)$/.test(method)) return notFound;
    return this.#application({ deviceId, path: path.slice(route.length + 1), method, query, headers, body });
  }
}
