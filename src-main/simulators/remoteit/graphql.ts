import { buildSchema, execute, GraphQLError, parse, validate } from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';

/** A request that is refused, and what the server answers then. */
export interface GraphQlAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A failure of a resolver, in words for `errors[].message`. */
export const graphQlFailure = (message: string): GraphQLError => new GraphQLError(message);

const refused = (errors: readonly GraphQLError[], code: string): GraphQlAnswer => ({
  status: 400,
  body: { errors: errors.map((error) => ({ ...error.toJSON(), extensions: { code } })) },
});

/**
 * A GraphQL server over the vendor's own schema, in the language of GraphQL. What the schema refuses is answered with
 * HTTP 400 and its `errors`, a failure of a resolver with HTTP 200, both as Apollo Server does it; what the vendor's
 * server does is not known.
 */
export class GraphQlServer {
  readonly #schema: GraphQLSchema;
  readonly #root: unknown;

  /** `root` has the fields of the types Query and Mutation, by name: values, or functions of the arguments. */
  constructor(schema: string, root: unknown) {
    this.#schema = buildSchema(schema);
    this.#root = root;
  }

  /** Why the schema does not take a document; empty if it does. */
  refusals(query: string): readonly GraphQLError[] {
    const document = this.#parsed(query);
    return document instanceof GraphQLError ? [document] : validate(this.#schema, document);
  }

  async answer(query: string, variables: Readonly<Record<string, unknown>>): Promise<GraphQlAnswer> {
    const document = this.#parsed(query);
    if (document instanceof GraphQLError) return refused([document], 'GRAPHQL_PARSE_FAILED');
    const errors = validate(this.#schema, document);
    if (errors.length > 0) return refused(errors, 'GRAPHQL_VALIDATION_FAILED');
    const result: ExecutionResult = await execute({
      schema: this.#schema,
      document,
      rootValue: this.#root,
      variableValues: variables,
    });
    // Without data the variables did not fit, and nothing was done.
    if (result.data === undefined) return refused(result.errors ?? [], 'BAD_USER_INPUT');
    return { status: 200, body: result };
  }

  #parsed(query: string): DocumentNode | GraphQLError {
    try {
      return parse(query);
    } catch (failure) {
      if (failure instanceof GraphQLError) return failure;
      throw failure;
    }
  }
}
