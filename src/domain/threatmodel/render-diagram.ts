import { BOUNDARIES, type Boundary, type DataFlow, type Element, type ElementKind } from './data-flow.ts'

const TITLES: Readonly<Record<Boundary, string>> = {
  outside: 'outside',
  application: 'application',
  provider: 'model providers',
  data: 'data',
  tools: 'tools',
}

/** A Mermaid flowchart: a subgraph for each boundary, dotted arrows where a flow crosses one. */
export function mermaidOf({ elements, flows }: DataFlow): string {
  const names = new Map(elements.map(({ id }, index) => [id, `e${index}`]))
  const lines = ['flowchart LR']
  for (const boundary of BOUNDARIES) {
    const own = elements.filter((element) => element.boundary === boundary)
    if (own.length === 0) continue
    lines.push(`  subgraph ${boundary}["${TITLES[boundary]}"]`)
    for (const { id, kind, label } of own) lines.push(`    ${names.get(id)}${shape(kind, mermaidText(label))}`)
    lines.push('  end')
  }
  for (const { from, to, label, crossesBoundary } of flows)
    lines.push(`  ${names.get(from)} ${crossesBoundary ? '-.->' : '-->'}|"${mermaidText(label)}"| ${names.get(to)}`)
  return `${lines.join('\n')}\n`
}

function shape(kind: ElementKind, text: string): string {
  switch (kind) {
    case 'person':
      return `(["${text}"])`
    case 'retriever':
    case 'dataset':
    case 'prompt':
      return `[("${text}")]`
    case 'application':
    case 'agent':
    case 'model':
    case 'tool':
    case 'mcp-server':
      return `["${text}"]`
  }
}

/** SECURITY: labels come from a manifest; as entities they can end neither the string nor the line, and are no markup. */
function mermaidText(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} .,:()/_-]/gu, (char) => `#${char.codePointAt(0)};`)
}

const BOX = { width: 190, height: 46, gapX: 90, gapY: 22, margin: 24, title: 30 } as const

interface Placed {
  readonly element: Element
  readonly x: number
  readonly y: number
}

/** The same as a picture: a column for each boundary. Deterministic, without scripts, readable without colour. */
export function svgOf({ elements, flows }: DataFlow, title: string): string {
  const columns = BOUNDARIES.filter((boundary) => elements.some((element) => element.boundary === boundary))
  const placed = new Map<string, Placed>()
  const rows = columns.map((boundary, column) => {
    const own = elements.filter((element) => element.boundary === boundary)
    for (const [row, element] of own.entries())
      placed.set(element.id, {
        element,
        x: BOX.margin + column * (BOX.width + BOX.gapX),
        y: BOX.margin + BOX.title + row * (BOX.height + BOX.gapY),
      })
    return own.length
  })
  const width = 2 * BOX.margin + columns.length * BOX.width + (columns.length - 1) * BOX.gapX
  const height = 2 * BOX.margin + BOX.title + Math.max(...rows) * (BOX.height + BOX.gapY)
  const grounds = columns.map((boundary, column) => ground(TITLES[boundary], column, height))
  const arrows = flows.map(({ from, to, label, crossesBoundary }) =>
    arrow(placed.get(from), placed.get(to), label, crossesBoundary),
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${xmlText(title)}</title>`,
    '<defs><marker id="to" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#444"/></marker></defs>',
    ...grounds,
    ...arrows,
    ...[...placed.values()].map(box),
    '</svg>\n',
  ].join('\n')
}

function ground(title: string, column: number, height: number): string {
  const x = BOX.margin / 2 + column * (BOX.width + BOX.gapX)
  return `<rect x="${x}" y="8" width="${BOX.width + BOX.margin}" height="${height - 16}" fill="none" stroke="#999" stroke-dasharray="6 4"/><text x="${x + 10}" y="28" fill="#555" font-weight="bold">${xmlText(title)}</text>`
}

function box({ element, x, y }: Placed): string {
  const radius = element.kind === 'person' ? 22 : element.boundary === 'data' || element.kind === 'prompt' ? 10 : 2
  return `<g><title>${xmlText(element.label)}</title><rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="${radius}" fill="#fff" stroke="#222"/><text x="${x + BOX.width / 2}" y="${y + BOX.height / 2 + 4}" text-anchor="middle" fill="#111">${xmlText(shortened(element.label))}</text></g>`
}

function arrow(from: Placed | undefined, to: Placed | undefined, label: string, crosses: boolean): string {
  if (from === undefined || to === undefined) return ''
  const isRightwards = to.x >= from.x
  // The way back runs a little lower, so that both can be told apart.
  const shift = isRightwards ? -7 : 7
  const [x1, x2] =
    from.x === to.x
      ? [from.x + BOX.width / 2, to.x + BOX.width / 2]
      : isRightwards
        ? [from.x + BOX.width, to.x]
        : [from.x, to.x + BOX.width]
  const [y1, y2] = [from.y + BOX.height / 2 + shift, to.y + BOX.height / 2 + shift]
  return `<g><title>${xmlText(label)}</title><line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#444"${crosses ? ' stroke-dasharray="5 3"' : ''} marker-end="url(#to)"/></g>`
}

function shortened(text: string): string {
  return text.length <= 28 ? text : `${text.slice(0, 27)}…`
}

/** SECURITY: see `mermaidText`; control characters are not allowed in XML and are left out. */
function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll(/[&<>"']/g, (char) => `&#${char.codePointAt(0)};`)
}
