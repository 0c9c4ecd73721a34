import { z } from 'zod'
import type { VendorInput } from '../../application/governance/vendors.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { VENDOR_FIELDS } from '../http/operations/findings.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'
import { schemaProblems } from '../yaml/schema-problems.ts'

const file = z.strictObject({
  apiVersion: z.literal('gatehouse.dev/v1'),
  kind: z.literal('VendorAssessment'),
  ...VENDOR_FIELDS,
})

/** An assessment of a vendor as people write it. */
export function parseVendor(path: string, text: string): Result<VendorInput, readonly Problem[]> {
  const source = parseYaml(path, text)
  if (!source.ok) return source
  const parsed = file.safeParse(source.value.value)
  if (!parsed.success) return fail(schemaProblems('vendor', source.value, parsed.error))
  const { apiVersion: _, kind: __, ...input } = parsed.data
  return ok(input)
}
