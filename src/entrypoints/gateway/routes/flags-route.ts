import type { JsonObject } from '../../../base/json.ts'
import type { Caller, GatewayPorts } from '../gateway-ports.ts'

/** What is switched off for the caller's system, for the application's own side. */
export function switchedOff({ admission }: GatewayPorts, { admitted }: Caller): JsonObject {
  const { isSystemDenied, tools, models, prompts, tenants } = admission.denyStateOf(admitted.system)
  return {
    system: admitted.system,
    off: {
      system: isSystemDenied,
      tool: [...tools].toSorted(),
      model: [...models].toSorted(),
      prompt: [...prompts].toSorted(),
      tenant: [...tenants].toSorted(),
    },
  }
}
