/** `when` as a person would say it: `tags.price ≥ 10 and text exists`. Pictures show it; nothing reads it again. */
import { type Comparison, type Condition, type FieldPath, type Operand, parseCondition } from '../../plan/condition.ts'

const SIGNS: Readonly<Record<Comparison, string>> = {
  $eq: '=',
  $neq: '≠',
  $lt: '<',
  $lte: '≤',
  $gt: '>',
  $gte: '≥',
  $in: 'in',
  $nin: 'not in',
  $size: 'has size',
}

/** The condition of a plan, which has been checked. */
export function conditionText(when: Readonly<Record<string, unknown>>): string {
  return textOf(parseCondition(when))
}

function textOf(condition: Condition): string {
  switch (condition.kind) {
    case 'all':
      return condition.of.length === 0 ? 'always' : joined(condition.of, 'and')
    case 'any':
      return condition.of.length === 0 ? 'never' : joined(condition.of, 'or')
    case 'not':
      return `not ${inner(condition.of)}`
    case 'exists':
      return `${pathOf(condition.path)} ${condition.wanted ? 'exists' : 'is missing'}`
    case 'regex':
      return `${pathOf(condition.path)} ~ /${condition.pattern.source}/${condition.pattern.flags}`
    case 'compare':
      return `${pathOf(condition.path)} ${SIGNS[condition.operator]} ${operandOf(condition.operand)}`
  }
}

const joined = (parts: readonly Condition[], word: string): string =>
  parts.length === 1 ? textOf(parts[0]!) : parts.map(inner).join(` ${word} `)

/** In brackets where words could be read to belong elsewhere. */
function inner(condition: Condition): string {
  const several = (condition.kind === 'all' || condition.kind === 'any') && condition.of.length > 1
  return several ? `(${textOf(condition)})` : textOf(condition)
}

const pathOf = ({ field, keys }: FieldPath): string => [field, ...keys].join('.')

const operandOf = (operand: Operand): string =>
  operand.kind === 'field' ? pathOf(operand.path) : JSON.stringify(operand.value)
