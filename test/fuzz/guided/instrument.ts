import ts from 'typescript';

/** The name of the counters in instrumented code: one byte for each place where control can go one of two ways. */
const HITS = '__hits';

/**
 * Counts, in a module's text, how often each branch, loop body and function is entered. `first` is the number of its
 * first counter; the counters themselves are `globalThis.__hits`. Gives the line, from 1, that each of them counts.
 */
export function instrumented(
  code: string,
  first: number,
): { readonly code: string; readonly lines: readonly number[] } {
  const source = ts.createSourceFile('module.ts', code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
  const lines: number[] = [];
  const { factory } = ts;
  const count = (place: ts.Node): ts.Expression => {
    lines.push(source.getLineAndCharacterOfPosition(ts.getOriginalNode(place).getStart(source)).line + 1);
    const hits = factory.createPropertyAccessExpression(factory.createIdentifier('globalThis'), HITS);
    return factory.createPostfixIncrement(factory.createElementAccessExpression(hits, first + lines.length - 1));
  };
  const counted = (statement: ts.Statement): ts.Block =>
    factory.createBlock([factory.createExpressionStatement(count(statement)), statement]);
  const countedValue = (value: ts.Expression): ts.Expression =>
    factory.createParenthesizedExpression(factory.createComma(count(value), value));
  const body = (block: ts.Block): ts.Block =>
    factory.updateBlock(block, [factory.createExpressionStatement(count(block)), ...block.statements]);

  const branch = (node: ts.Node): ts.Node => {
    if (ts.isIfStatement(node)) {
      const otherwise = node.elseStatement && counted(node.elseStatement);
      return factory.updateIfStatement(node, node.expression, counted(node.thenStatement), otherwise);
    }
    if (ts.isForStatement(node)) {
      const { initializer, condition, incrementor, statement } = node;
      return factory.updateForStatement(node, initializer, condition, incrementor, counted(statement));
    }
    if (ts.isForOfStatement(node)) {
      const { awaitModifier, initializer, expression, statement } = node;
      return factory.updateForOfStatement(node, awaitModifier, initializer, expression, counted(statement));
    }
    if (ts.isWhileStatement(node)) return factory.updateWhileStatement(node, node.expression, counted(node.statement));
    if (ts.isCaseClause(node)) {
      const statements = [factory.createExpressionStatement(count(node)), ...node.statements];
      return factory.updateCaseClause(node, node.expression, statements);
    }
    if (ts.isConditionalExpression(node)) {
      const { condition, questionToken, whenTrue, colonToken, whenFalse } = node;
      const [yes, no] = [countedValue(whenTrue), countedValue(whenFalse)];
      return factory.updateConditionalExpression(node, condition, questionToken, yes, colonToken, no);
    }
    if (ts.isBinaryExpression(node) && isLogical(node.operatorToken.kind)) {
      return factory.updateBinaryExpression(node, node.left, node.operatorToken, countedValue(node.right));
    }
    if (ts.isBlock(node) && ts.isFunctionLike(node.parent)) return body(node);
    return node;
  };

  const { transformed } = ts.transform(source, [
    (context) => (root) => {
      const visit = (node: ts.Node): ts.Node => {
        const inner = ts.visitEachChild(node, visit, context);
        // A node made anew has no parent, and the parent tells a function's body from other blocks.
        return branch(inner === node ? node : Object.assign(inner, { parent: node.parent }));
      };
      return ts.visitEachChild(root, visit, context);
    },
  ]);
  return { code: ts.createPrinter().printFile(transformed[0]!), lines };
}

function isLogical(kind: ts.SyntaxKind): boolean {
  return (
    kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    kind === ts.SyntaxKind.BarBarToken ||
    kind === ts.SyntaxKind.QuestionQuestionToken
  );
}
