import { z } from 'zod';
import { componentSettings } from './component-arguments.ts';
import { cloudInit, hostName, httpsUrl, ownLocations, serverTypes, setOf, sources } from './values.ts';

/** Sign-in with an OpenID provider (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#openid-connect-tokens). */
const oidc = z.strictObject({
  issuerUrl: httpsUrl.describe('URL of the provider, as it stands in its tokens; https.'),
  clientId: z.string().min(1).describe('Whom the tokens are for.'),
  usernameClaim: z.string().min(1).default('sub').describe('Claim that names the user.'),
  usernamePrefix: z.string().optional().describe('What stands in front of user names; "-" for nothing.'),
  groupsClaim: z.string().min(1).optional().describe('Claim that lists the groups.'),
  groupsPrefix: z.string().optional().describe('What stands in front of groups’ names.'),
  requiredClaims: z.record(z.string(), z.string()).default({}).describe('Claims that a token must have.'),
});

const publicEndpoint = z.strictObject({
  name: hostName.describe('DNS name that you point at the masters; it is added to their certificates.'),
  allowedCidrs: sources.describe('Networks from which the API may be reached through Hetzner’s firewall.'),
});

export const controlPlane = z.strictObject({
  count: z.int().min(1).max(10).default(3).describe('Number of masters.'),
  serverType: serverTypes.prefault('cx33'),
  locations: ownLocations,
  schedulable: z
    .boolean()
    .optional()
    .describe(
      'Whether ordinary pods may run on masters. The default is yes without workers and no otherwise.',
    ),
  certSANs: setOf(hostName)
    .default([])
    .describe('More names and addresses for the API server’s certificate.'),
  publicEndpoint: publicEndpoint
    .optional()
    .describe(
      'Opens the API servers to the outside. Without it, kubectl comes through SSH (kubehaus tunnel).',
    ),
  oidc: oidc.optional().describe('Users that sign in with an OpenID provider.'),
  apiServer: componentSettings('apiServer').describe('The API servers.'),
  controllerManager: componentSettings('controllerManager').describe('The controller managers.'),
  scheduler: componentSettings('scheduler').describe('The schedulers.'),
  cloudInit: cloudInit
    .optional()
    .describe('Run by cloud-init once, at the first boot of new masters, instead of the cluster’s.'),
});
