// Runs the browser's interpreter over lines of JSON: `{"facts": […]}` says over what, each array is a tree, for which one line
// with its value over each of the facts comes back.
import { registerHooks } from 'node:module'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

// The front end's sources name their neighbours without an ending, as its bundler allows.
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier.startsWith('./') && !/\.\w+$/.test(specifier) ? `${specifier}.ts` : specifier, context),
})

// The sources of the front end, or those of another folder.
const folder = process.argv[2] ? pathToFileURL(`${process.argv[2]}/`) : new URL('../../ui/src/kernel/expr/', import.meta.url)
const { interpret, toJson } = await import(new URL('interpret.ts', folder))

const valueOf = (ir, facts) => {
  try {
    return toJson(interpret(ir, facts))
  } catch (error) {
    return { failed: String(error) }
  }
}

let facts = []
let out = []
for await (const line of createInterface({ input: process.stdin })) {
  const read = JSON.parse(line)
  if (!Array.isArray(read)) facts = read.facts
  else out.push(JSON.stringify(facts.map(each => valueOf(read, each))))
  if (out.length >= 500) {
    process.stdout.write(out.join('\n') + '\n')
    out = []
  }
}
if (out.length > 0) process.stdout.write(out.join('\n') + '\n')
