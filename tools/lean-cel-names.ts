// Members of the CEL library's own objects: the guard's bundle gives them short names, as it does variables.
const NAMES =
  '__handle _closeQuotedString _isIdentifierCharCode _parseAsBigInt _parseAsDouble _readDigits _readExponent ' +
  'accuType addDuration argTypes assertType astNodesRemaining binaryOverload bindCtx boolType callAst ' +
  'checkAccessOnType checkBinaryOverload checkedType consume createError debugRuntimeType debugType debugTypeDeep ' +
  'deleteVariable doubleType dynType errorsAreFatal evaluateSync extendTimestamp fieldLazy findBinaryOverload ' +
  'findFunction findMacro findUnaryOverload forkWithVariable formatType formatTypeList fromMilliseconds fromString ' +
  'functionCandidates getCheckedValue getFunctionType getListType getMapType getOptionalType getType getValue ' +
  'getVariable hasDynType hasPlaceholderType intType isDynOrBool isEmpty iterCtx iterType iterValue iterVar ' +
  'iterVarName jsonParse keyType leftStaticType leftType lexer listType macroHasProps mapType matchesArgs ' +
  'matchesBoth matchesValueType maxDepthRemaining nanos nextToken nullType objectTypes objectTypesByConstructor ' +
  'operatorCandidates operators parseAdditive parseArgumentList parseEquality parseExpression parseList ' +
  'parseLogicalAnd parseLogicalOr parseMap parseMultiplicative parsePostfix parsePrimary parseProperty ' +
  'parseRelational parseUnary partitionKey processEscapes readIdentifier readNumber readSingleQuotedString ' +
  'readString readTripleQuotedString receiverType receiverWithArgs registerConstant registerFunctionOverload ' +
  'registerType returnType rightStaticType rightType setAccuType setIterValue setMeta stringType subtractDuration ' +
  'subtractTimestamp templated toUtf8 tokenPos tokenType tokenValue tryEval typeCheck typeType unaryOverload unify ' +
  'unwrappedType valueType wrappedType'

/**
 * No name that an expression, a message or a table of the library says, none of the runtime's, and none of ours: those would be
 * read or written by a name that is not theirs any more.
 */
export const CEL_NAMES = new RegExp(`^(?:${NAMES.replaceAll(' ', '|')})$`)

const WORDS = new RegExp(`(?<![\\w$])(?:${NAMES.replaceAll(' ', '|')})(?![\\w$])`)
const SAID = new RegExp(`(['"\`])(?:${NAMES.replaceAll(' ', '|')})\\1`)

/** Throws where a module of ours has one of the names, or a module of the library says one as a text. */
export function checkCelNames(code: string, id: string, isCel: boolean): void {
  const [found] = (isCel ? SAID : WORDS).exec(code) ?? []
  if (found !== undefined) throw new Error(`\`${found}\` in ${id}: take it out of tools/lean-cel-names.ts`)
}
