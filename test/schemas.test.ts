import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const schema = async (name: string): Promise<object> =>
  JSON.parse(await readFile(join(root, 'schemas', name), 'utf8')) as object
const ajv = (): Ajv2020 => new Ajv2020({ strict: false, validateFormats: false })

test.each(['gatehouse.yaml', 'gatehouse-1.0.yaml'])(
  'the published manifest schema accepts the example %s',
  async (name) => {
    const validate = ajv().compile(await schema('manifest.schema.json'))
    expect(
      validate(parse(await readFile(join(root, 'examples/support-assistant', name), 'utf8'))),
      JSON.stringify(validate.errors),
    ).toBe(true)
  },
)

test('the published manifest schema refuses an unknown key', async () => {
  const validate = ajv().compile(await schema('manifest.schema.json'))
  const manifest = parse(await readFile(join(root, 'examples/support-assistant/gatehouse.yaml'), 'utf8')) as object
  expect(validate({ ...manifest, surprise: true })).toBe(false)
})

test.each(['baseline', 'rag', 'agent'])('the published pack schema accepts the shipped pack %s', async (name) => {
  const validate = ajv().compile(await schema('policy-pack.schema.json'))
  expect(
    validate(parse(await readFile(join(root, 'policies', `${name}.yaml`), 'utf8'))),
    JSON.stringify(validate.errors),
  ).toBe(true)
})

test('the OpenAPI document names every operation once', async () => {
  const document = (await schema('openapi.json')) as { paths: Record<string, Record<string, { operationId: string }>> }
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  )
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.length).toBeGreaterThan(20)
})
