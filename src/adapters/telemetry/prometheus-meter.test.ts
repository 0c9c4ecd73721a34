import { expect, test } from 'vitest'
import { PrometheusMeter } from './prometheus-meter.ts'

const linesOf = (meter: PrometheusMeter, name: string): readonly string[] =>
  meter
    .text()
    .split('\n')
    .filter((line) => line.startsWith(name))

test('a histogram counts each value into every bucket whose end it does not pass', () => {
  const meter = new PrometheusMeter('a-service')
  const { record } = meter.createHistogram('some.time', { unit: 's', boundaries: [0.1, 1] })
  for (const value of [0.05, 0.1, 0.5, 7]) record(value, { part: 'x' })
  expect(linesOf(meter, 'some_time')).toEqual([
    'some_time_count{part="x",otel_scope_name="gatehouse"} 4',
    'some_time_sum{part="x",otel_scope_name="gatehouse"} 7.65',
    'some_time_bucket{part="x",otel_scope_name="gatehouse",le="0.1"} 2',
    'some_time_bucket{part="x",otel_scope_name="gatehouse",le="1"} 3',
    'some_time_bucket{part="x",otel_scope_name="gatehouse",le="+Inf"} 4',
  ])
})

test('a label can neither end its line nor begin another', () => {
  const meter = new PrometheusMeter('a-service')
  meter.createCounter('some.count').add(1, { 'a.name': 'x"} 1\nother{a="\\' })
  expect(linesOf(meter, 'some_count')).toEqual([
    String.raw`some_count_total{a_name="x\"} 1\nother{a=\"\\",otel_scope_name="gatehouse"} 1`,
  ])
})

test('labels that differ only in where a name ends and a value begins are two series', () => {
  const meter = new PrometheusMeter('a-service')
  const { add } = meter.createCounter('some.count')
  add(1, { a: 'b', c: '' })
  add(1, { a: 'b\nc\n' })
  expect(linesOf(meter, 'some_count')).toHaveLength(2)
})

test('series beyond the bound are counted together, without their labels, and nothing is lost of the sum', () => {
  const meter = new PrometheusMeter('a-service')
  const { add } = meter.createCounter('some.count')
  for (let at = 0; at < 2_500; at += 1) add(1, { at })
  const lines = linesOf(meter, 'some_count')
  expect(lines).toHaveLength(2_001)
  expect(lines.at(-1)).toBe('some_count_total{otel_metric_overflow="true",otel_scope_name="gatehouse"} 500')
})

test('a metric of which nothing is known yet is not told of; a gauge is asked when somebody looks', () => {
  const meter = new PrometheusMeter('a-service')
  meter.createCounter('never.counted')
  let level = 1
  meter.createGauge('some.level', (observe) => observe(level))
  level = 2
  expect(meter.text()).toBe(
    [
      '# HELP target_info Target metadata',
      '# TYPE target_info gauge',
      'target_info{service_name="a-service"} 1',
      '# HELP some_level description missing',
      '# TYPE some_level gauge',
      'some_level{otel_scope_name="gatehouse"} 2',
      '',
    ].join('\n'),
  )
})
