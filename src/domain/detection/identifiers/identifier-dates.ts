import { numberAt } from './checksums.ts'

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** A day of the Gregorian calendar. */
export function isCalendarDay(year: number, month: number, day: number): boolean {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return day >= 1 && day <= (DAYS[month - 1] ?? 0) + (month === 2 && isLeap ? 1 : 0)
}

/** A day of some century: a year of two digits leaves open which (and 1900 was no leap year, 2000 was). */
export function isShortDay(year: number, month: number, day: number): boolean {
  return day >= 1 && day <= (DAYS[month - 1] ?? 0) + (month === 2 && year % 4 === 0 ? 1 : 0)
}

/** Six digits that are year, month, day. */
export function isYymmdd(compact: string, at = 0): boolean {
  return isShortDay(numberAt(compact, at, at + 2), numberAt(compact, at + 2, at + 4), numberAt(compact, at + 4, at + 6))
}

/** Six digits that are day, month, year. */
export function isDdmmyy(compact: string, at = 0): boolean {
  return isShortDay(numberAt(compact, at + 4, at + 6), numberAt(compact, at + 2, at + 4), numberAt(compact, at, at + 2))
}

/** Eight digits that are a day of the years 1850–2099. */
export function isYyyymmdd(compact: string, at = 0): boolean {
  const year = numberAt(compact, at, at + 4)
  return (
    year >= 1850 &&
    year <= 2099 &&
    isCalendarDay(year, numberAt(compact, at + 4, at + 6), numberAt(compact, at + 6, at + 8))
  )
}
