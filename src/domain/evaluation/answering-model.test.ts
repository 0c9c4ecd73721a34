import { assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AnsweringModels, changedModels, isSameModel } from './answering-model.ts'

describe('the model that answers', () => {
  test.each([
    { asked: 'gpt-4.1-mini-2025-04-14', answered: 'gpt-4.1-mini-2025-04-14', same: true },
    { asked: 'gpt-4.1-mini-2025-04-14', answered: 'GPT-4.1-mini-2025-04-14', same: true },
    { asked: 'openai/gpt-4.1-mini-2025-04-14', answered: 'gpt-4.1-mini-2025-04-14', same: true },
    { asked: 'gpt-4.1-mini-2025-04-14', answered: 'gpt-4.1-mini-2025-09-01', same: false },
    { asked: 'gpt-4.1-mini', answered: 'gpt-4.1-mini-2025-04-14', same: false },
    { asked: 'gpt-4.1-mini-2025-04-14', answered: '', same: false },
  ])('$answered in answer to $asked is the same: $same', ({ asked, answered, same }) => {
    expect(isSameModel(asked, answered)).toBe(same)
  })

  test('is always the same as itself', () => {
    assert(property(string(), (name) => isSameModel(name, name)))
  })

  test('is counted by what was asked, up to a hundred pairs', () => {
    const models = new AnsweringModels()
    models.add({ asked: 'm-1', answered: 'm-1', requests: 1 })
    models.add({ asked: 'm-1', answered: 'm-2', requests: 1 })
    models.add({ asked: 'm-1', answered: 'm-2', requests: 2 })
    expect(changedModels(models.list(), [])).toEqual([{ asked: 'm-1', answered: 'm-2', requests: 3 }])
    for (let at = 0; at < 500; at++) models.add({ asked: 'm-1', answered: `other-${at}`, requests: 1 })
    expect(models.list()).toHaveLength(100)
  })
})
