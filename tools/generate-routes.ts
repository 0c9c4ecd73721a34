// console/src/api-routes.ts: the console's half of the typed client. Types come from the table of operations itself; its
// schemas stay out of what a browser loads.
import { OPERATIONS } from '../src/contract/http/operations.ts'

export function routesFiles(): Readonly<Record<string, string>> {
  const lines = Object.entries(OPERATIONS).map(
    ([name, { method, path }]) => `  ${name}: { method: '${method}', path: '${path}' },`,
  )
  return {
    'console/src/api-routes.ts': `// Generated from \`src/contract/http/operations/\` by \`npm run generate\`; do not edit.
import type { OperationName } from '../../src/contract/http/operations.ts'

/** Routes below \`/api/v1\`, without the schemas that a browser need not load. */
export const ROUTES = {
${lines.join('\n')}
} as const satisfies Readonly<Record<OperationName, { readonly method: 'GET' | 'POST'; readonly path: string }>>

export type RouteName = keyof typeof ROUTES
`,
  }
}
