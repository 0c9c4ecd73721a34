import type { OwnerNode, Principal } from '../../application/state/owner-node.ts'
import type { Problem, Result } from '../../base/result.ts'
import type { Operation, OperationInput } from '../../contract/http/operation.ts'
import type { GatewayRegister } from './gateway-register.ts'

/** What operations need besides the state itself. */
export interface OperationContext {
  readonly node: OwnerNode & { trustText(): Promise<string> }
  readonly gateways: GatewayRegister
}

/** One handler for each operation of an area: a missing one does not compile. */
export type HandlersOf<Operations extends Readonly<Record<string, Operation>>> = {
  readonly [Name in keyof Operations]: (
    context: OperationContext,
    principal: Principal,
    input: OperationInput<Operations[Name]>,
  ) => Promise<Result<object, Problem>>
}
