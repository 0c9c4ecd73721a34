import { z } from 'zod'

export const httpUrl = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .refine((url) => {
    const { username, password } = new URL(url)
    return username === '' && password === '' && !/[?#]/.test(url)
  }, 'must have no credentials, no query and no fragment')
export const environmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,199}$/)
export const filePath = z.string().min(1).max(4_000)
const network = z.enum(['public', 'private'])
const word = z.string().regex(/^[\w.-]{1,200}$/)
/** A member of a JSON secret; without it, the secret is the whole text. */
const field = z.string().min(1).max(200)

/** A secret on this machine: what reaches a store is kept here, never in another store. */
export const plainReference = z.union([z.strictObject({ env: environmentName }), z.strictObject({ file: filePath })])

const vault = z
  .strictObject({
    address: httpUrl,
    /** Path of a KV version 2 secret, mount first: `secret/data/openai`. */
    path: z.string().regex(/^(?!.*\.\.)[\w./-]{1,500}$/),
    field,
    token: plainReference.optional(),
    appRole: z
      .strictObject({ roleId: plainReference, secretId: plainReference, mount: word.default('approle') })
      .optional(),
    kubernetes: z
      .strictObject({
        role: word,
        /** The service account's token. */
        tokenFile: filePath.default('/var/run/secrets/kubernetes.io/serviceaccount/token'),
        mount: word.default('kubernetes'),
      })
      .optional(),
    namespace: z
      .string()
      .regex(/^[\w./-]{1,200}$/)
      .optional(),
    network: network.default('private'),
  })
  .refine(
    (place) => [place.token, place.appRole, place.kubernetes].filter((one) => one !== undefined).length === 1,
    'needs one of `token`, `appRole`, `kubernetes`',
  )

const awsSecretsManager = z.strictObject({
  region: z.string().regex(/^[a-z0-9-]{1,40}$/),
  /** Name or ARN. */
  secret: z.string().regex(/^[\w/+=.@:!-]{1,2048}$/),
  field: field.optional(),
  versionStage: word.default('AWSCURRENT'),
  credentials: z.union([
    z.strictObject({
      accessKeyId: plainReference,
      secretAccessKey: plainReference,
      sessionToken: plainReference.optional(),
    }),
    z.strictObject({
      webIdentity: z.strictObject({ roleArn: z.string().regex(/^arn:[\w:/+=,.@-]{1,500}$/), tokenFile: filePath }),
    }),
    /** The agent of ECS and of EKS pod identities, by the variables that it sets. */
    z.strictObject({ container: z.literal(true) }),
  ]),
  endpoint: httpUrl.optional(),
  stsEndpoint: httpUrl.optional(),
  network: network.default('public'),
})

const gcpSecretManager = z.strictObject({
  project: word,
  secret: word,
  version: word.default('latest'),
  field: field.optional(),
  credentials: z.union([
    /** Key file of a service account. */
    z.strictObject({ serviceAccount: z.strictObject({ file: filePath }) }),
    z.strictObject({ metadata: z.literal(true) }),
  ]),
  endpoint: httpUrl.default('https://secretmanager.googleapis.com'),
  tokenEndpoint: httpUrl.default('https://oauth2.googleapis.com/token'),
  network: network.default('public'),
})

const azureKeyVault = z.strictObject({
  vault: z.string().regex(/^[A-Za-z0-9-]{3,24}$/),
  secret: z.string().regex(/^[A-Za-z0-9-]{1,127}$/),
  version: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
  field: field.optional(),
  credentials: z.union([
    z.strictObject({ tenant: word, clientId: word, clientSecret: plainReference }),
    z.strictObject({ workloadIdentity: z.strictObject({ tenant: word, clientId: word, tokenFile: filePath }) }),
    z.strictObject({ managedIdentity: z.strictObject({ clientId: word.optional() }) }),
  ]),
  /** In place of `https://VAULT.vault.azure.net`. */
  endpoint: httpUrl.optional(),
  authority: httpUrl.default('https://login.microsoftonline.com'),
  /** What tokens are asked for. */
  audience: httpUrl.default('https://vault.azure.net'),
  network: network.default('public'),
})

/** Where a secret is kept; a secret itself is never written into the file. */
export const secretReference = z.union([
  z.strictObject({ env: environmentName }),
  z.strictObject({ file: filePath }),
  z.strictObject({ vault }),
  z.strictObject({ awsSecretsManager }),
  z.strictObject({ gcpSecretManager }),
  z.strictObject({ azureKeyVault }),
])

export type PlainReference = z.output<typeof plainReference>
export type SecretReference = z.output<typeof secretReference>
export type VaultPlace = z.output<typeof vault>
export type AwsPlace = z.output<typeof awsSecretsManager>
export type GcpPlace = z.output<typeof gcpSecretManager>
export type AzurePlace = z.output<typeof azureKeyVault>
