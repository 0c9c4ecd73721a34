import type { DenyView } from '../views.ts'

/** Kill switches that are on: issued, and not lifted by a later record. */
export function activeDenies(records: readonly DenyView[]): readonly DenyView[] {
  const lifted = new Set(records.map(({ lifts }) => lifts))
  return records.filter(({ id, lifts }) => lifts === null && !lifted.has(id))
}

export function scopeText({ scope, system }: Pick<DenyView, 'scope' | 'system'>): string {
  switch (scope.kind) {
    case 'system':
      return system
    case 'tool':
      return `tool ${scope.tool} of ${system}`
    case 'model':
      return `model ${scope.model} of ${system}`
    case 'prompt':
      return `prompt ${scope.prompt} of ${system}`
    case 'tenant':
      return `tenant ${scope.tenant} of ${system}`
  }
}
