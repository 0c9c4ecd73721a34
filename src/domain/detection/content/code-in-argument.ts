import type { Match } from '../match.ts'

// Shapes of code where an argument should hold data. Sources: OWASP Testing Guide (command, SQL and template injection, path
// traversal), POSIX shell command language section 2. A detector: a tool that takes no shell and binds its parameters needs none.

interface Shape {
  readonly detector: string
  /** Characters or words without which the pattern cannot match: looked for first. */
  readonly anchor: RegExp
  readonly pattern: RegExp
  readonly score: number
}

const COMMANDS =
  'rm|cat|curl|wget|bash|sh|zsh|nc|ncat|netcat|python3?|perl|ruby|php|node|chmod|chown|sudo|kill|ls|id|whoami|uname|ping|nslookup|dig|ssh|scp|tee|dd|mkfs|env|printenv|base64|eval|exec|powershell|cmd|certutil|sleep|touch|mv|cp|echo|xargs|find|sed|awk|tar'

const SHAPES: readonly Shape[] = [
  {
    detector: 'code/command-substitution',
    anchor: /\$\(/,
    pattern: new RegExp(`\\$\\(\\s{0,8}(?:${COMMANDS})\\b[^()\\n]{0,200}\\)`, 'gi'),
    score: 0.9,
  },
  {
    detector: 'code/command-substitution',
    anchor: /`/,
    pattern: new RegExp(`\`(?:${COMMANDS}) [^\`\\n]{1,200}\`|\`(?:id|whoami|uname)\``, 'g'),
    score: 0.7,
  },
  {
    detector: 'code/command-chain',
    anchor: /[;|&\n]/,
    pattern: new RegExp(
      `(?:[;|&]|\\|\\||&&|\\n)[ \\t]{0,8}(?:/(?:usr/)?s?bin/)?(?:${COMMANDS})(?=[ \\t]{1,8}(?:-|/|~|\\.|\\$|http|['"<>|]|\\w{1,32}[./@:=])|[ \\t]{0,8}(?:$|[;|&]))`,
      'gm',
    ),
    score: 0.8,
  },
  {
    detector: 'code/pipe-to-shell',
    anchor: /\|/,
    pattern: /\b(?:curl|wget|fetch|iwr|base64)\b[^|\n]{1,300}\|[ \t]{0,8}(?:sudo[ \t]{1,8})?(?:ba|z|k|da)?sh\b/gi,
    score: 0.95,
  },
  {
    detector: 'code/destructive-command',
    anchor: /\brm\b|mkfs|\bdd\b|format|:\(\)|del /i,
    pattern:
      /\brm[ \t]{1,8}(?:-[a-z-]{1,20}[ \t]{1,8}){0,4}-(?:[a-z]{0,8}r[a-z]{0,8}f|[a-z]{0,8}f[a-z]{0,8}r|-recursive|-no-preserve-root|r)[a-z]{0,8}[ \t]{1,8}[~/.*$"'\w]|\bmkfs\.\w{2,8}[ \t]|\bdd[ \t]{1,8}if=\S{1,100}[ \t]{1,8}of=\/dev\/|:\(\)[ ]?\{[ ]?:\|:&|\bdel[ \t]{1,8}\/[sfq]\b|\bformat[ \t]{1,8}c:/gi,
    score: 0.95,
  },
  {
    detector: 'code/command-chain',
    anchor: /\b(?:nc|ncat|netcat|telnet)[ \t]/,
    pattern:
      /(?:[;|&]|\n)[ \t]{0,8}(?:\/(?:usr\/)?bin\/)?(?:nc|ncat|netcat|telnet)[ \t]{1,8}(?:-\w{1,20}[ \t]{1,8}){0,4}[\w.:-]{1,253}[ \t]{1,8}\d{1,5}\b/g,
    score: 0.8,
  },
  {
    detector: 'code/encoded-command',
    anchor: /powershell|pwsh/i,
    // Any beginning of `-EncodedCommand` counts, and `/` for `-`: Windows PowerShell's own reading of parameters.
    pattern:
      /\b(?:powershell|pwsh)(?:\.exe)?['"]?[ \t](?:[^\n|;&]{0,200}[ \t])?[-/\u2013\u2014]e(?:c|n(?:c(?:o(?:d(?:e(?:d(?:c(?:o(?:m(?:m(?:a(?:nd?)?)?)?)?)?)?)?)?)?)?)?)?[ \t:]{1,8}['"]?[a-z0-9+/=]{8}/gi,
    score: 0.95,
  },
  {
    detector: 'code/redirect',
    anchor: />/,
    pattern: /(?:>>?|\d>)[ \t]{0,8}\/(?:dev\/tcp\/|etc\/|root\/|home\/[\w.-]{1,64}\/\.)/g,
    score: 0.9,
  },
  {
    detector: 'code/sql-tautology',
    anchor: /\b(?:or|and|\|\|)\b/i,
    pattern:
      /['")][ \t]{0,8}(?:or|and|\|\|)[ \t(]{1,8}(['"]?)\w{1,32}['"]?[ \t]{0,8}(?:=|<>|!=|<|>|like)[ \t]{0,8}['"]?\w{1,32}|\b(?:or|and)[ \t]{1,8}(?:1=1|0=0|1[ ]=[ ]1|true)(?=[ \t]{0,8}(?:--|#|;|\/\*|$|\)))/gi,
    score: 0.9,
  },
  {
    detector: 'code/sql-union',
    anchor: /\bunion\b/i,
    pattern:
      /\bunion(?:[\s+]|\/\*[^*]{0,40}\*\/){1,16}(?:all(?:[\s+]|\/\*[^*]{0,40}\*\/){1,16})?select\b(?=[\s+(*@'"\d/]|\/\*)/gi,
    score: 0.9,
  },
  {
    detector: 'code/sql-stacked',
    anchor: /;/,
    pattern:
      /;[\s)'"]{0,8}(?:drop[\s]{1,8}(?:table|database|schema|user|view)|delete[\s]{1,8}from|truncate[\s]{1,8}table|insert[\s]{1,8}into|update[\s]{1,8}\w{1,64}[\s]{1,8}set|alter[\s]{1,8}(?:table|user)|create[\s]{1,8}(?:user|table)|exec(?:ute)?[\s(]{1,8}\w|shutdown\b|grant[\s]{1,8}all)/gi,
    score: 0.9,
  },
  {
    detector: 'code/sql-comment-tail',
    anchor: /--|#|\/\*/,
    pattern: /['")][ \t]{0,8};?[ \t]{0,8}(?:--[ \t-]{0,4}|#[ \t]{0,4}|\/\*[^*\n]{0,40}(?:\*\/)?)$/gm,
    score: 0.75,
  },
  {
    detector: 'code/sql-blind',
    anchor: /sleep|waitfor|benchmark|xp_cmdshell|information_schema|load_file|into/i,
    pattern:
      /\b(?:pg_sleep|benchmark|load_file|extractvalue|updatexml|dbms_pipe\.receive_message)[ ]{0,4}\([^)\n]{0,100}|\bwaitfor[\s]{1,8}delay\b|\bxp_cmdshell\b|\bfrom[\s]{1,8}information_schema\.|\binto[\s]{1,8}(?:out|dump)file\b|\b(?:and|or|select|\|\|)[\s(]{1,8}sleep\(\d/gi,
    score: 0.9,
  },
  {
    detector: 'code/path-traversal',
    anchor: /\.\.|%2e|%252e|%c0%ae/i,
    pattern:
      /(?:(?:\.|%2e|%252e|%c0%ae){2}(?:[/\\]|%2f|%5c|%252f|%255c|%c0%af){1,4}){2,32}|(?:^|[/\\=])(?:\.\.[/\\]){1,32}(?:etc|proc|root|home|windows|var|usr|\.ssh|\.env)\b|\.{4,8}[/\\]{2,4}/gi,
    score: 0.85,
  },
  {
    // Nobody writes a single way up in percent signs but to be overlooked.
    detector: 'code/path-traversal',
    anchor: /%(?:25)?(?:2e|2f|5c)|%c0%a[ef]/i,
    pattern:
      /(?:\.\.(?:%(?:25)?(?:2f|5c)|%c0%af)|(?:\.(?:%(?:25)?2e|%c0%ae)|(?:%(?:25)?2e|%c0%ae)(?:\.|%(?:25)?2e|%c0%ae))(?:[/\\]|%(?:25)?(?:2f|5c)|%c0%af))/gi,
    score: 0.85,
  },
  {
    detector: 'code/sensitive-path',
    anchor: /\/etc\/|\/proc\/|\.ssh|win\.ini|boot\.ini/i,
    pattern:
      /\/etc\/(?:passwd|shadow|sudoers|hosts)\b|\/proc\/(?:self|\d{1,7})\/(?:environ|cmdline|mem|fd)|\.ssh\/(?:id_\w{2,10}|authorized_keys)|\\windows\\(?:win\.ini|system32)|\bboot\.ini\b/gi,
    score: 0.6,
  },
  {
    detector: 'code/template-injection',
    anchor: /\{\{|\$\{|<%|#\{|\{%/,
    pattern:
      /\{\{[^{}\n]{0,100}(?:__\w{2,32}__|\bconfig\b|\bself\b|\brequest\b|constructor|\bcycler\b|\blipsum\b|\d{1,6}[ ]?\*[ ]?['"]?\d{1,6})[^{}\n]{0,200}\}\}|\$\{[^{}\n]{0,100}(?:jndi:|runtime|processbuilder|\bT\(|\d{1,6}[ ]?\*[ ]?\d{1,6}|getclass|:-|constructor)[^{}\n]{0,200}\}|<%=?[ ]{0,4}(?:system|exec|`|File\.|IO\.|\d{1,6}[ ]?\*)[^%\n]{0,200}%>|#\{[ ]{0,4}(?:\d{1,6}[ ]?\*[ ]?\d{1,6}|system|exec|`)[^}\n]{0,100}\}|\{%[ ]{0,4}(?:import|include|debug|for[ ]\w{1,32}[ ]in[ ]\S{0,40}__)[^%\n]{0,200}%\}/gi,
    score: 0.9,
  },
  {
    detector: 'code/null-byte',
    anchor: /%00|\u0000|\\x00|\\0/,
    pattern: /\u0000|(?<!\d)%00|\.[a-z0-9]{1,8}(?:%00|\\x00|\\0)|\\x00\.[a-z0-9]{1,8}/gi,
    score: 0.8,
  },
]

const MATCHES_MAX = 100
/** Arguments longer than this are judged in their first and last part, where an injected tail or head stands. */
const PART_CHARS = 100_000

/**
 * Shell, SQL, path and template code in the text of one argument: `code/…` with the span and a score of 0 to 1. Not for arguments
 * that are meant to hold code or a query: the caller knows which those are.
 */
export function findCodeInArgument(text: string): readonly Match[] {
  const matches: Match[] = []
  for (const { part, offset } of partsOf(text))
    for (const { detector, anchor, pattern, score } of SHAPES) {
      if (!anchor.test(part)) continue
      for (const match of part.matchAll(pattern)) {
        if (matches.length === MATCHES_MAX) return matches
        const start = offset + match.index
        matches.push({ detector, start, end: start + match[0].length, score })
      }
    }
  return matches.toSorted((left, right) => left.start - right.start || left.end - right.end)
}

function partsOf(text: string): readonly { readonly part: string; readonly offset: number }[] {
  if (text.length <= 2 * PART_CHARS) return [{ part: text, offset: 0 }]
  const offset = text.length - PART_CHARS
  return [
    { part: text.slice(0, PART_CHARS), offset: 0 },
    { part: text.slice(offset), offset },
  ]
}
