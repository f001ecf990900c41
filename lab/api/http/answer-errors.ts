import type { FastifyError } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ApiError, invalidInput, type FieldProblem } from '../errors.ts';
import { isUnsupported } from './unsupported.ts';
import type { Api } from './api.ts';

export const ErrorAnswer = z.strictObject({
  error: z.strictObject({ code: z.string(), message: z.string(), details: z.looseObject({}).nullable() }),
});

/** `/public_net/ipv4` becomes `public_net.ipv4`; of a repeated query parameter the number is left out. */
function fieldName(instancePath: string, context: string | undefined): string {
  const segments = instancePath.split('/').slice(1);
  return (context === 'querystring' ? segments.slice(0, 1) : segments).join('.') || 'body';
}

function problemsOf(
  issues: readonly { instancePath: string; message?: string | undefined }[],
  context: string | undefined,
): FieldProblem[] {
  const byField = new Map<string, string[]>();
  for (const { instancePath, message } of issues) {
    const name = fieldName(instancePath, context);
    byField.set(name, [...(byField.get(name) ?? []), message ?? 'is invalid']);
  }
  return [...byField].map(([name, messages]) => ({ name, messages }));
}

function apiErrorOf(error: FastifyError): ApiError {
  if (error instanceof ApiError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    return error.validationContext === 'params'
      ? new ApiError('not_found', 'no resource has such an ID')
      : invalidInput(problemsOf(error.validation, error.validationContext));
  }
  if (error instanceof SyntaxError || error.code?.startsWith('FST_ERR_CTP_'))
    return new ApiError('json_error', 'the request is not valid JSON');
  return new ApiError('server_error', 'the lab itself failed; its log says more');
}

/** Every error leaves in Hetzner's form. */
export function answerErrors(api: Api): void {
  api.setErrorHandler((error: FastifyError, request, reply) => {
    const answer = apiErrorOf(error);
    if (answer.code === 'server_error') request.log.error({ err: error }, 'the API failed');
    else request.log.info({ code: answer.code, reason: answer.message }, 'refused');
    return reply.code(answer.status).send(answer.body);
  });

  api.setNotFoundHandler((request) => {
    const path = request.url.split('?')[0] ?? '';
    const unsupported = isUnsupported(path);
    if (unsupported) throw unsupported;
    const otherMethods = (['GET', 'POST', 'PUT', 'DELETE'] as const).filter((method) =>
      api.findRoute({ url: path, method }),
    );
    if (otherMethods.length > 0)
      throw new ApiError('method_not_allowed', `${request.method} is not allowed for ${path}`);
    throw new ApiError('not_found', `there is no ${path}`);
  });
}
