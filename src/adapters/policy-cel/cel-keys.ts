import type { ASTNode } from '@marcbachmann/cel-js'
import type { KeyPath } from '../../domain/policy/policy-engine.ts'
import { BINDING_MACROS, childrenOf } from './cel-ast.ts'

type Bound = ReadonlyMap<string, KeyPath>

/** The paths that an expression reads, macros followed: `tools.all(t, t.effect …)` reads `tools`, `[]`, `effect`. */
export function keysRead(root: ASTNode, variables: readonly string[]): readonly KeyPath[] {
  const paths: KeyPath[] = []
  const visit = (node: ASTNode, bound: Bound): void => {
    const path = pathOf(node, bound)
    if (path !== undefined && path.length > 1) paths.push(path)
    if (node.op === 'rcall' && BINDING_MACROS.has(node.args[0])) {
      const [, receiver, [name, ...bodies]] = node.args
      visit(receiver, bound)
      const element = pathOf(receiver, bound)
      const inner = new Map(bound)
      if (name?.op === 'id') {
        // A name that stands for something else than a part of the input hides what it was before.
        if (element === undefined) inner.delete(name.args)
        else inner.set(name.args, [...element, { kind: 'element' }])
      }
      for (const body of bodies) visit(body, inner)
      return
    }
    for (const child of childrenOf(node)) visit(child, bound)
  }
  visit(root, new Map(variables.map((name) => [name, [{ kind: 'key', name }]])))
  return paths
}

function pathOf(node: ASTNode, bound: Bound): KeyPath | undefined {
  if (node.op === 'id') return bound.get(node.args)
  if (node.op === '.') {
    const before = pathOf(node.args[0], bound)
    return before === undefined ? undefined : [...before, { kind: 'key', name: node.args[1] }]
  }
  if (node.op !== '[]') return undefined
  const before = pathOf(node.args[0], bound)
  if (before === undefined) return undefined
  const [, index] = node.args
  return index.op === 'value' && typeof index.args === 'string'
    ? [...before, { kind: 'key', name: index.args }]
    : [...before, { kind: 'element' }]
}
