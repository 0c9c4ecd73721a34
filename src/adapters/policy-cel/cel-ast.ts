import type { ASTNode } from '@marcbachmann/cel-js'

/** Macros that bind a name to each element of what they are called on. */
export const BINDING_MACROS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter'])

/** The nodes right below one. */
export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return []
    case '.':
    case '.?':
      return [node.args[0]]
    case 'call':
      return node.args[1]
    case 'rcall':
      return [node.args[1], ...node.args[2]]
    case 'list':
      return node.args
    case 'map':
      return node.args.flat()
    case '!_':
    case '-_':
      return [node.args]
    default:
      return node.args
  }
}

/** Every node, without recursion: an expression may be as deep as the parser lets it. */
export function* nodesOf(root: ASTNode): Generator<ASTNode> {
  const stack: ASTNode[] = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    yield node
    stack.push(...childrenOf(node))
  }
}
