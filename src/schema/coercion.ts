/**
 * graphql-js repeats the offending value in its coercion errors, secrets included (graphql-js issue 2629). These messages
 * say the path and the reason, never the value. Applied to every error that left graphql-js by itself, whatever the
 * variable's type, because a secret may stand in the wrong place.
 */
export function scrubbedMessage(message: string): string {
  const variable = /^Variable "\$(\w+)" got invalid value [\s\S]*?(?: at "([\w$.[\]]*)")?; ([\s\S]*)$/.exec(message);
  if (variable) {
    const [, name = '', path, reason = ''] = variable;
    return `Variable "$${name}" got an invalid value${path ? ` at "${path}"` : ''}: ${quietReason(lastReason(message, reason))}`;
  }
  if (message.startsWith('Syntax Error: ')) return message.replace(/(String|BlockString) "[\s\S]*"/, '$1');
  return message
    .replace(/^(Expected value of type "[^"]*"), found [\s\S]*$/, '$1.')
    .replace(/^(\w+ cannot represent (?:a |an )?[\w\s-]*?(?:value|integer|string|boolean|ID|type)?)s?: [\s\S]*$/, '$1.')
    .replace(/^Value "[^"]*" does not exist in "(\w+)" enum\.[\s\S]*$/, 'The value does not exist in the enum "$1".')
    .replace(/^Enum "(\w+)" cannot represent [\s\S]*$/, 'The value does not fit the enum "$1".')
    .replace(/ Did you mean [\s\S]*\?$/, '');
}

/** The reason follows the last "; " behind the value; a value may hold that text too, so known reasons are looked for. */
function lastReason(message: string, reason: string): string {
  const known =
    /(Expected type "[^"]*" to be an object\.|Expected non-nullable type "[^"]*" not to be null\.|Field "[\w]+" of required type "[^"]*" was not provided\.|Field "[\w]+" is not defined by type "[\w]+"\.|Exactly one key must be specified for OneOf type "[\w]+"\.|Field "[\w]+" must be non-null\.|Expected type "[\w]+"\.)[^"]*(?:Did you mean [^?]*\?)?$/.exec(
      message,
    );
  return known?.[1] ?? reason;
}

function quietReason(reason: string): string {
  if (
    /^(Expected type "[^"]*" to be an object|Expected non-nullable type|Field "\w+" of required type|Exactly one key must)/.test(
      reason,
    )
  ) {
    return reason;
  }
  const unknownField = /^Field "\w+" is not defined by type "(\w+)"/.exec(reason);
  if (unknownField) return `A field is not defined by the type "${unknownField[1]}".`;
  const notNull = /^Field "(\w+)" must be non-null/.exec(reason);
  if (notNull) return `The field "${notNull[1]}" must not be null.`;
  const own =
    /^Expected type "(\w+)"\. (A day that exists is expected, as YYYY-MM-DD\.|A decimal number as text is expected, such as "18\.40"\.|Text is expected\.)$/.exec(
      reason,
    );
  if (own) return own[2] ?? '';
  const scalar = /^(\w+) cannot represent/.exec(reason);
  if (scalar) return `It does not fit the type "${scalar[1]}".`;
  const enumeration = /(?:exist in|Enum) "(\w+)"/.exec(reason);
  if (enumeration) return `It does not fit the enum "${enumeration[1]}".`;
  const expected = /^Expected type "([\w![\]]+)"/.exec(reason);
  return expected ? `It does not fit the type "${expected[1]}".` : 'It does not fit its type.';
}
