// Runs the browser's interpreter over cases of JSON lines from the standard input; one JSON value a line comes back.
import { registerHooks } from 'node:module'
import { createInterface } from 'node:readline'

// The front end's sources name their neighbours without an ending, as its bundler allows.
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier.startsWith('./') && !/\.\w+$/.test(specifier) ? `${specifier}.ts` : specifier, context),
})

const { interpret, toJson } = await import(new URL('../../ui/src/kernel/expr/interpret.ts', import.meta.url))

for await (const line of createInterface({ input: process.stdin })) {
  const { ir, facts } = JSON.parse(line)
  let value
  try {
    value = toJson(interpret(ir, facts))
  } catch (error) {
    value = { raised: String(error) }
  }
  process.stdout.write(JSON.stringify(value) + '\n')
}
