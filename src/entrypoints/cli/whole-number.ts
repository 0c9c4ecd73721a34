import { InvalidArgumentError } from 'commander'

/** Reads an option that is a whole number within bounds; commander says what is wrong with anything else. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text)
    if (!/^\d{1,12}$/.test(text) || number < least || number > most)
      throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}.`)
    return number
  }
