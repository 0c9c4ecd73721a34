// `@gatehouse/guard/language`: what `guard.language` needs, apart from the guard, so that who allows every language does not load it.
export { detectLanguage, type DetectedLanguage } from '../../domain/detection/language.ts'
