import { describe, expect, test } from 'vitest'
import { looksExecuting } from './executing-tools.ts'

describe('a tool', () => {
  test.each<[string, boolean]>([
    ['run_code', true],
    ['execute_sql', true],
    ['shell', true],
    ['bash', true],
    ['python', true],
    ['runPythonScript', true],
    ['code-interpreter', true],
    ['run_query', true],
    ['terminal', true],
    ['lookup_order', false],
    ['issue_refund', false],
    ['run_report', false],
    ['qr_code', false],
    ['promo_code_check', false],
    ['search_shelly_products', false],
    ['query_orders', false],
  ])('named %s looks as if it ran what it is given: %s', (id, expected) => {
    expect(looksExecuting({ id })).toBe(expected)
  })

  test.each<[string, boolean]>([
    ['Executes Python code in a notebook.', true],
    ['Runs the given SQL against the warehouse.', true],
    ['Runs a search for orders.', false],
    ['Looks up a postal code.', false],
  ])('described as "%s" looks so: %s', (description, expected) => {
    expect(looksExecuting({ id: 'tool', description })).toBe(expected)
  })

  test('looks so by the name of an argument', () => {
    expect(looksExecuting({ id: 'tool' }, { type: 'object', properties: { SQL: { type: 'string' } } })).toBe(true)
    expect(looksExecuting({ id: 'tool' }, { type: 'object', properties: { order: { type: 'string' } } })).toBe(false)
  })
})
