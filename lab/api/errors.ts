/**
 * The HTTP status of each error code: the table "Error Codes" of https://docs.hetzner.cloud/reference/cloud#description/errors
 * and the tables "Operation specific errors" of the single operations. For placement_error and
 * placement_group_member_limit_reached Hetzner names no status; 422 is what comparable errors have.
 */
const statusOf = {
  json_error: 400,
  unauthorized: 401,
  token_readonly: 401,
  forbidden: 403,
  maintenance: 403,
  resource_limit_exceeded: 403,
  not_found: 404,
  method_not_allowed: 405,
  uniqueness_error: 409,
  conflict: 409,
  deprecated_api_endpoint: 410,
  resource_unavailable: 412,
  invalid_input: 422,
  service_error: 422,
  unsupported_error: 422,
  locked: 423,
  protected: 423,
  rate_limit_exceeded: 429,
  server_error: 500,
  bad_gateway: 502,
  unavailable: 503,
  timeout: 504,
  invalid_server_type: 422,
  server_not_stopped: 422,
  placement_error: 422,
  placement_group_member_limit_reached: 422,
  server_already_added: 422,
  firewall_resource_not_found: 404,
  firewall_already_applied: 422,
  firewall_managed_by_label_selector: 422,
  private_net_only_server: 422,
  resource_in_use: 422,
  server_already_attached: 422,
  ip_not_available: 422,
  no_subnet_available: 422,
  networks_overlap: 422,
  must_be_unassigned: 422,
  primary_ip_assigned: 422,
  primary_ip_version_mismatch: 422,
  primary_ip_datacenter_mismatch: 422,
} as const;

export type ErrorCode = keyof typeof statusOf;
export const errorCodes = Object.keys(statusOf) as [ErrorCode, ...ErrorCode[]];

export interface FieldProblem {
  readonly name: string;
  readonly messages: readonly string[];
}

/** What went wrong with a request, ready to be answered in Hetzner's form. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: object | null;

  constructor(
    code: ErrorCode,
    message: string,
    details: object | null = null,
    status: number = statusOf[code],
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }

  /** The body of the answer. */
  get body() {
    return { error: { code: this.code, message: this.message, details: this.details } };
  }
}

export const notFound = (what: string, id: number | string): ApiError =>
  new ApiError('not_found', `${what} with ID '${id}' not found`);

/** One error for all wrong fields of a request, as Hetzner words it. */
export function invalidInput(problems: readonly FieldProblem[]): ApiError {
  const names = problems.map(({ name }) => `'${name}'`).join(', ');
  const only = problems.length === 1 && problems[0]?.messages[0] ? `: ${problems[0].messages[0]}` : '';
  return new ApiError(
    'invalid_input',
    `invalid input in field${problems.length === 1 ? '' : 's'} ${names}${only}`,
    {
      fields: problems,
    },
  );
}

export const invalidField = (name: string, message: string): ApiError =>
  invalidInput([{ name, messages: [message] }]);

export const notUnique = (message: string, field: string): ApiError =>
  new ApiError('uniqueness_error', message, { fields: [{ name: field }] });

export const limitExceeded = (message: string, limit: string): ApiError =>
  new ApiError('resource_limit_exceeded', message, { limits: [{ name: limit }] });

/** For what Hetzner has and the lab does not have: better an error than an answer that nothing stands behind. */
export const notInTheLab = (what: string): ApiError =>
  new ApiError('unsupported_error', `the lab cannot do this yet: ${what}`);

export const isLocked = (what: string): ApiError =>
  new ApiError('locked', `cannot perform operation because ${what} is locked`);

export const isProtected = (what: string): ApiError => new ApiError('protected', `${what} is protected`);
