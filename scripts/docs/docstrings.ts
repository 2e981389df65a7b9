import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** What the source says about one exported thing. */
export interface Documented {
  readonly name: string;
  /** Its docstring, without tags; empty when there is none. */
  readonly text: string;
  /** The code of each `@example`. */
  readonly examples: readonly string[];
  /** Of a function that makes a transform: its options, from the type of its first parameter. */
  readonly options: readonly DocumentedOption[];
}

export interface DocumentedOption {
  readonly name: string;
  /** As it is written in the source. */
  readonly type: string;
  readonly isRequired: boolean;
  readonly text: string;
}

/** Reads the docstrings of what a file exports, by name. */
export function docstringsOf(path: string): Map<string, Documented> {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = new Map<string, Documented>();
  for (const statement of source.statements) {
    if (!isExported(statement)) continue;
    if (ts.isFunctionDeclaration(statement) && statement.name) {
      const name = statement.name.text;
      // An overload's docstring stands for those after it.
      if (!found.has(name)) found.set(name, documented(name, statement, statement.parameters[0], source));
    } else if (ts.isVariableStatement(statement)) {
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (!ts.isIdentifier(name)) continue;
        const isFunction = initializer && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer));
        found.set(
          name.text,
          documented(name.text, statement, isFunction ? initializer.parameters[0] : undefined, source),
        );
      }
    }
  }
  return found;
}

function isExported(node: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

function documented(
  name: string,
  node: ts.Node,
  parameter: ts.ParameterDeclaration | undefined,
  source: ts.SourceFile,
): Documented {
  const examples = ts.getJSDocTags(node).filter(({ tagName }) => tagName.text === 'example');
  return {
    name,
    text: commentOf(node),
    examples: examples.map(tagText),
    options: parameter?.type ? membersOf(parameter.type, source).map((member) => optionOf(member, source)) : [],
  };
}

function commentOf(node: ts.Node): string {
  const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return plain(ts.getTextOfJSDocComment(docs.at(-1)?.comment) ?? '');
}

function tagText(tag: ts.JSDocTag): string {
  return (ts.getTextOfJSDocComment(tag.comment) ?? '').trim();
}

/** `{@link x}` is `x`, and lines that the source broke are one paragraph. */
function plain(text: string): string {
  return text
    .replaceAll(/\{@link ([^}]+?)\}/g, '`$1`')
    .split(/\n{2,}/)
    .map((paragraph) => (/^[-*] /m.test(paragraph) ? paragraph : paragraph.replaceAll(/\s*\n\s*/g, ' ')))
    .join('\n\n')
    .trim();
}

/** The members of a type that is written out, or of an interface or type of the same file. */
function membersOf(type: ts.TypeNode, source: ts.SourceFile): ts.PropertySignature[] {
  if (ts.isTypeLiteralNode(type)) return type.members.filter(ts.isPropertySignature);
  if (ts.isIntersectionTypeNode(type)) return type.types.flatMap((part) => membersOf(part, source));
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return [];
  const { text } = type.typeName;
  for (const statement of source.statements) {
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === text) {
      return statement.members.filter(ts.isPropertySignature);
    }
    if (ts.isTypeAliasDeclaration(statement) && statement.name.text === text) return membersOf(statement.type, source);
  }
  return [];
}

function optionOf(member: ts.PropertySignature, source: ts.SourceFile): DocumentedOption {
  return {
    name: member.name.getText(source),
    type: member.type?.getText(source).replaceAll(/\s+/g, ' ') ?? 'unknown',
    isRequired: member.questionToken === undefined,
    text: commentOf(member),
  };
}
