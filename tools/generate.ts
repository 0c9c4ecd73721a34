// Writes what is derived: JSON Schemas for editors and integrations, the OpenAPI document, tables and pages of secrets and identifiers.
// `--check` writes nothing and fails when a file does not match.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { openApiDocument } from '../src/contract/http/openapi.ts'
import { catalogueSchema } from '../src/contract/controls/parse-catalogue.ts'
import { answersSchema } from '../src/contract/intake/parse-answers.ts'
import { gatewayConfigSchema } from '../src/contract/gateway-config/gateway-config.ts'
import { manifestSchema } from '../src/contract/manifest/manifest-schema.ts'
import { packSchema } from '../src/contract/policy/parse-pack.ts'
import { policyInputSchema } from '../src/contract/policy/policy-input-schema.ts'
import { caseSchema } from '../src/contract/suite/case-schema.ts'
import { suiteSchema } from '../src/contract/suite/suite-schema.ts'
import { targetSchema } from '../src/contract/suite/target-schema.ts'
import { VERSION } from '../src/entrypoints/cli/version.ts'
import { cliFiles } from './generate-cli.ts'
import { secretFiles } from './generate-detection.ts'
import { identifierFiles } from './generate-identifiers.ts'
import { rolesFiles } from './generate-roles.ts'
import { routesFiles } from './generate-routes.ts'

const root = join(import.meta.dirname, '..')
const isCheck = process.argv.includes('--check')
const schemaOf = (schema: z.ZodType): unknown => z.toJSONSchema(schema, { io: 'input' })

const files: Readonly<Record<string, unknown>> = {
  'schemas/manifest.schema.json': schemaOf(manifestSchema),
  'schemas/gateway.schema.json': schemaOf(gatewayConfigSchema),
  'schemas/policy-pack.schema.json': schemaOf(packSchema),
  'schemas/policy-input.schema.json': schemaOf(policyInputSchema),
  'schemas/control-catalogue.schema.json': schemaOf(catalogueSchema),
  'schemas/intake-answers.schema.json': schemaOf(answersSchema),
  'schemas/suite.schema.json': schemaOf(suiteSchema),
  'schemas/suite-case.schema.json': schemaOf(caseSchema),
  'schemas/target.schema.json': schemaOf(targetSchema),
  'schemas/openapi.json': openApiDocument(VERSION),
}

const texts: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(files).map(([path, value]) => [
      path,
      `${JSON.stringify(value, null, 2)}
`,
    ]),
  ),
  ...(await secretFiles(root)),
  ...(await identifierFiles(root)),
  ...cliFiles(),
  ...rolesFiles(),
  ...routesFiles(),
}

const stale: string[] = []
for (const [path, text] of Object.entries(texts)) {
  const file = join(root, path)
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (before === text) continue
  stale.push(path)
  if (isCheck) continue
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}
if (isCheck && stale.length > 0) {
  console.log(`not as the code says: ${stale.join(', ')}\n  next: npm run generate`)
  process.exit(1)
}
