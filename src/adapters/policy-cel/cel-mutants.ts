import { Environment, type ASTNode } from '@marcbachmann/cel-js'
import type { ExpressionMutant, MutationOperator } from '../../domain/policy/mutate-pack.ts'
import { nodesOf } from './cel-ast.ts'

/** Each comparison with those that a slip of the hand would write. */
const SWAPS: Readonly<Record<string, readonly string[]>> = {
  '==': ['!='],
  '!=': ['=='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '&&': ['||'],
  '||': ['&&'],
}
const QUANTIFIERS: Readonly<Record<string, string>> = { all: 'exists', exists: 'all' }

/** Every expression that one documented operator makes of this one. The text is cut, so that a mutant reads like its origin. */
export function celMutants(expression: string): readonly ExpressionMutant[] {
  const { ast } = new Environment({ unlistedVariablesAreDyn: true }).parse(expression)
  const mutants = new Map<string, ExpressionMutant>()
  const add = (operator: MutationOperator, mutant: string): void => {
    if (mutant !== expression && !mutants.has(mutant)) mutants.set(mutant, { operator, expression: mutant })
  }
  const replace = (node: ASTNode, text: string): string =>
    `${expression.slice(0, node.start)}${text}${expression.slice(node.end)}`
  const textOf = (node: ASTNode): string => expression.slice(node.start, node.end)
  add('constant', 'true')
  add('constant', 'false')
  for (const node of nodesOf(ast)) mutateNode(node, { add, replace, textOf, expression })
  return [...mutants.values()]
}

interface Cutting {
  readonly add: (operator: MutationOperator, mutant: string) => void
  readonly replace: (node: ASTNode, text: string) => string
  readonly textOf: (node: ASTNode) => string
  readonly expression: string
}

function mutateNode(node: ASTNode, cutting: Cutting): void {
  const { add, replace, textOf, expression } = cutting
  switch (node.op) {
    case '&&':
    case '||':
      add('drop-operand', replace(node, `(${textOf(node.args[0])})`))
      add('drop-operand', replace(node, `(${textOf(node.args[1])})`))
      swapOperator(node, node.op, cutting)
      return
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      swapOperator(node, node.op, cutting)
      return
    case '!_':
      add('drop-negation', replace(node, `(${textOf(node.args)})`))
      return
    case 'call':
      if (node.args[0] === 'has') add('negate', replace(node, `!${textOf(node)}`))
      return
    case 'rcall': {
      const other = QUANTIFIERS[node.args[0]]
      if (other === undefined) return
      const after = node.args[1].end
      const rest = expression.slice(after).replace(`.${node.args[0]}(`, `.${other}(`)
      add('swap-quantifier', expression.slice(0, after) + rest)
      return
    }
    case '?:': {
      const [when, yes, no] = node.args
      add('swap-branches', replace(node, `(${textOf(when)}) ? (${textOf(no)}) : (${textOf(yes)})`))
      return
    }
    case 'list':
      for (const dropped of node.args)
        add(
          'drop-element',
          replace(
            node,
            `[${node.args
              .filter((item) => item !== dropped)
              .map(textOf)
              .join(', ')}]`,
          ),
        )
      return
    case 'value':
      mutateValue(node, cutting)
      return
    default:
  }
}

function swapOperator(
  node: Extract<ASTNode, { args: [ASTNode, ASTNode] }>,
  operator: string,
  { add, expression }: Cutting,
): void {
  const [left, right] = node.args
  const between = expression.slice(left.end, right.start)
  for (const other of SWAPS[operator] ?? [])
    add(
      'swap-operator',
      expression.slice(0, left.end) + between.replace(operator, other) + expression.slice(right.start),
    )
}

function mutateValue(node: Extract<ASTNode, { op: 'value' }>, { add, replace, textOf }: Cutting): void {
  const value = node.args
  if (typeof value === 'bigint') {
    add('shift-number', replace(node, String(value + 1n)))
    if (value > 0n) add('shift-number', replace(node, String(value - 1n)))
  } else if (typeof value === 'number') {
    add('shift-number', replace(node, `${value + 1}${Number.isInteger(value) ? '.0' : ''}`))
  } else if (typeof value === 'string') {
    const written = textOf(node)
    const quote = written.at(-1) ?? '"'
    add('change-text', replace(node, `${written.slice(0, -1)}~${quote}`))
  } else if (typeof value === 'boolean') {
    add('constant', replace(node, String(!value)))
  }
}
