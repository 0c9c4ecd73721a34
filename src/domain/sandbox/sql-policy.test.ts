import { array, assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkSql } from './sql-policy.ts'

const POLICY = { tables: ['orders', 'shop.items', 'Mixed'] }
const outcome = (sql: string): string => {
  const checked = checkSql(sql, POLICY)
  return checked.ok ? `reads ${checked.value.tables.join(' ')}`.trim() : checked.failure.code
}

describe('a reading statement', () => {
  test.each([
    ['SELECT 1', 'reads'],
    ['select id, total from orders where id = 7;', 'reads orders'],
    ["SELECT count(*) FROM Orders o WHERE o.note = 'it''s; -- fine /* too */'", 'reads orders'],
    ['SELECT o.id FROM orders AS o JOIN shop.items i ON (i.order_id = o.id), orders p', 'reads orders shop.items'],
    ['SELECT * FROM orders WHERE id IN (SELECT order_id FROM shop.items)', 'reads orders shop.items'],
    ['SELECT * FROM (SELECT id FROM orders) t', 'reads orders'],
    ['SELECT * FROM (orders o LEFT JOIN shop.items i USING (id))', 'reads orders shop.items'],
    ['SELECT * FROM "Mixed"', 'reads Mixed'],
    ['WITH recent AS (SELECT * FROM orders), two AS (SELECT * FROM recent) SELECT * FROM two', 'reads orders'],
    ['SELECT id FROM orders UNION ALL SELECT id, 2 FROM shop.items ORDER BY 1, 2', 'reads orders shop.items'],
    ["SELECT replace(note, $1, ?) FROM orders WHERE id = :id AND at > date '2026-01-01'", 'reads orders'],
    ['SELECT sum(total) OVER (PARTITION BY tenant) FROM orders', 'reads orders'],
    ['SELECT o."drop" FROM orders o LIMIT 10 OFFSET 5', 'reads orders'],
    ['SELECT total::numeric, 1.5e3 FROM orders', 'reads orders'],
    ['SELECT * FROM (VALUES (1, 2), (3, 4)) v', 'reads'],
  ])('%s', (sql, expected) => {
    expect(outcome(sql)).toBe(expected)
  })
})

describe('a hostile statement', () => {
  test.each([
    // Several statements, and statements that write.
    ['SELECT 1; DROP TABLE orders', 'sql/not-allowed'],
    ['SELECT 1;;', 'sql/not-allowed'],
    ['DELETE FROM orders', 'sql/not-allowed'],
    ['', 'sql/not-allowed'],
    ['VALUES (1)', 'sql/not-allowed'],
    ['TABLE orders', 'sql/not-allowed'],
    ['EXPLAIN ANALYZE SELECT 1', 'sql/not-allowed'],
    ['SELECT 1 DROP TABLE orders', 'sql/not-allowed'],
    ['SELECT * INTO copy FROM orders', 'sql/not-allowed'],
    ["SELECT * FROM orders INTO OUTFILE '/tmp/x'", 'sql/not-allowed'],
    ['SELECT * FROM orders FOR UPDATE', 'sql/not-allowed'],
    ['SELECT * FROM orders FOR SHARE', 'sql/not-allowed'],
    ['WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone', 'sql/not-allowed'],
    ['WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 1 FROM r) SELECT * FROM r', 'sql/not-allowed'],
    // Other tables.
    ['SELECT * FROM secrets', 'sql/not-allowed'],
    ['SELECT * FROM "ORDERS"', 'sql/not-allowed'],
    ['SELECT * FROM other.orders', 'sql/not-allowed'],
    ['SELECT * FROM "shop.items"', 'sql/not-allowed'],
    ['SELECT * FROM orders, secrets', 'sql/not-allowed'],
    ['SELECT * FROM orders o JOIN orders p ON (o.id = p.id), secrets', 'sql/not-allowed'],
    ['SELECT * FROM orders CROSS JOIN LATERAL (SELECT * FROM secrets) s', 'sql/not-allowed'],
    ['SELECT * FROM ONLY (secrets)', 'sql/not-allowed'],
    ['SELECT * FROM (orders JOIN secrets USING (id))', 'sql/not-allowed'],
    ['SELECT * FROM (TABLE secrets) t', 'sql/not-allowed'],
    ['SELECT (SELECT max(a) FROM secrets)', 'sql/not-allowed'],
    ['SELECT 1 UNION SELECT a FROM secrets', 'sql/not-allowed'],
    ['SELECT * FROM orders WHERE id IN secrets', 'sql/not-allowed'],
    ['SELECT * FROM orders offset, secrets', 'sql/not-allowed'],
    ['SELECT * FROM orders qualify, secrets', 'sql/not-allowed'],
    ['SELECT * FROM orders limit, secrets', 'sql/not-allowed'],
    ['SELECT * FROM orders o JOIN orders p ON o.a = p.where, secrets', 'sql/not-allowed'],
    // Names of `with` that pretend to be tables.
    ['WITH secrets AS (SELECT * FROM secrets) SELECT * FROM secrets', 'sql/not-allowed'],
    ['SELECT * FROM secrets WHERE EXISTS (WITH secrets AS (SELECT 1) SELECT 1 FROM secrets)', 'sql/not-allowed'],
    ['SELECT (WITH secrets AS (SELECT 1) SELECT 1 FROM secrets), a FROM secrets', 'sql/not-allowed'],
    [
      'SELECT a FROM orders WHERE 1=1 WINDOW w AS (ORDER BY a), secrets AS (ORDER BY a) UNION SELECT a FROM secrets',
      'sql/not-allowed',
    ],
    ['SELECT 1, secrets AS (SELECT 1) FROM secrets', 'sql/not-allowed'],
    // Functions.
    ["SELECT pg_read_file('/etc/passwd')", 'sql/not-allowed'],
    ["SELECT pg_catalog.pg_read_file('/etc/passwd')", 'sql/not-allowed'],
    ["SELECT pg_catalog.count('x')", 'sql/not-allowed'],
    [`SELECT "pg_read_file"('/etc/passwd')`, 'sql/not-allowed'],
    ["SELECT lo_import ('/etc/passwd')", 'sql/not-allowed'],
    ["SELECT query_to_xml('select * from secrets', true, true, '')", 'sql/not-allowed'],
    ["SELECT * FROM dblink('host=evil', 'select 1') t", 'sql/not-allowed'],
    ['SELECT * FROM generate_series(1, 1000000000)', 'sql/not-allowed'],
    ['SELECT pg_sleep(1000)', 'sql/not-allowed'],
    ["SELECT load_file('/etc/passwd')", 'sql/not-allowed'],
    // What dialects read differently.
    ['SELECT 1 -- comment', 'sql/not-plain'],
    ['SELECT 1 /*! UNION SELECT a FROM secrets */', 'sql/not-plain'],
    ['SELECT /* a /* b */ 1 */ 2', 'sql/not-plain'],
    ['SELECT 1 # comment', 'sql/not-plain'],
    ["SELECT '\\'; DROP TABLE orders; --'", 'sql/not-plain'],
    ["SELECT e'\\047'", 'sql/not-plain'],
    ["SELECT N'x'", 'sql/not-plain'],
    ['SELECT * FROM U&"\\0073ecrets"', 'sql/not-plain'],
    ['SELECT $$x$$', 'sql/not-plain'],
    ['SELECT $tag$; DROP TABLE orders; $tag$', 'sql/not-plain'],
    ['SELECT * FROM `secrets`', 'sql/not-plain'],
    ['SELECT @@version', 'sql/not-plain'],
    ["SELECT [x'] FROM secrets WHERE a = [']", 'sql/not-plain'],
    ["SELECT 'open", 'sql/not-plain'],
    ['SELECT "open', 'sql/not-plain'],
    ["SELECT 'a\u0000b'", 'sql/not-plain'],
    ['SELECT * FROM\u00a0secrets', 'sql/not-plain'],
    ['SELECT 1from secrets', 'sql/not-plain'],
    [`SELECT ${'x'.repeat(20_001)}`, 'sql/not-plain'],
    // Brackets.
    ['SELECT (1', 'sql/not-allowed'],
    ['SELECT 1)', 'sql/not-allowed'],
    ['SELECT * FROM', 'sql/not-allowed'],
    ['SELECT * FROM ()', 'sql/not-allowed'],
    [`SELECT ${'('.repeat(100)}1${')'.repeat(100)}`, 'sql/not-allowed'],
  ])('%s', (sql, expected) => {
    expect(outcome(sql)).toBe(expected)
  })
})

test('a statement that names another table behind `from` or `join` never passes, whatever stands around it', () => {
  const piece = constantFrom(
    'SELECT',
    'a',
    'FROM',
    'JOIN',
    'orders',
    ',',
    '(',
    ')',
    'WHERE',
    'WITH',
    'AS',
    'x',
    'UNION',
    '.',
    'ON',
    '=',
    '1',
    'LIMIT',
    'WINDOW',
    "'s'",
    'count',
    'IN',
    'LATERAL',
    'VALUES',
    'GROUP BY',
  )
  assert(
    property(array(piece, { maxLength: 25 }), array(piece, { maxLength: 10 }), (before, after) => {
      const sql = ['SELECT', ...before, 'FROM', 'secrets', ...after].join(' ')
      // `a . from secrets` and a `with` name are no table; the words above define none called `secrets`.
      if (before.at(-1) === '.') return
      expect(outcome(sql)).toBe('sql/not-allowed')
    }),
    { numRuns: 2_000 },
  )
})

test('any text at all is judged without throwing', () => {
  assert(
    property(string({ unit: 'binary', maxLength: 80 }), (text) => {
      expect(outcome(`SELECT ${text}`)).toMatch(/^(?:reads|sql\/)/)
    }),
    { numRuns: 1_000 },
  )
})
