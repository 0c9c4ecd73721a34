import { groundClaims } from '../detection/groundedness/ground-claims.ts'
import { detectLanguage } from '../detection/language.ts'
import type { TableDetectors } from './table-detectors.ts'

/** For a policy of any kind. */
export const ALL_TABLE_DETECTORS: TableDetectors = { detectLanguage, groundClaims }
