/**
 * Text for an argument that must reach the provider as it is: Terraform would take `${…}` and `%{…}` in it for expressions
 * (https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences).
 */
export function literal(text: string): string {
  return text.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
}

/**
 * Name of a resource in Terraform, e.g. `prod-master-1` in `hcloud_server.prod-master-1`. Terraform's names do not begin with
 * a digit, which DNS labels may; they get a "_", which no DNS label has.
 */
export function terraformName(name: string): string {
  return /^[0-9]/.test(name) ? `_${name}` : name;
}
