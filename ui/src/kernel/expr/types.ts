/** The expression language as the server sends it: JSON arrays (docs/expressions.md). */
export type Ir = readonly unknown[]
