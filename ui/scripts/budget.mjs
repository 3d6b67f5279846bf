// What a person downloads, checked against the budget: `node scripts/budget.mjs [folder]` after a build.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const BUDGET = { entry: 300, page: 200, all: 1300 } // K, gzipped
const folder = process.argv[2] ?? '_ui'
const manifestFile = join(folder, '.vite/manifest.json')
if (!existsSync(manifestFile)) {
  console.error(`There is no build in ${folder}: run "npm run build" first.`)
  process.exit(2)
}
const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'))
const sizes = new Map()
const size = file => {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(join(folder, file))).length / 1024)
  return sizes.get(file)
}

/** Every file that one chunk brings along, styles included; lazy parts stay out. */
function filesOf(name, found = new Set()) {
  const chunk = manifest[name]
  if (!chunk || found.has(chunk.file)) return found
  found.add(chunk.file)
  for (const style of chunk.css ?? []) found.add(style)
  for (const inner of chunk.imports ?? []) filesOf(inner, found)
  return found
}
const total = files => [...files].reduce((sum, file) => sum + size(file), 0)

let failed = false
const report = (text, value, limit) => {
  const over = value > limit
  failed ||= over
  console.log(`${over ? 'OVER' : 'ok  '} ${value.toFixed(0).padStart(5)} K of ${limit} K  ${text}`)
}

for (const [name] of Object.entries(manifest).filter(([, each]) => each.isEntry)) {
  const entry = filesOf(name)
  report(`entry ${name}`, total(entry), BUDGET.entry)
  // A page is a chunk loaded on demand; what a page loads on demand in turn comes on top of that page.
  const seen = new Set()
  const visit = (each, there) => {
    for (const page of manifest[each]?.dynamicImports ?? []) {
      if (seen.has(page)) continue
      seen.add(page)
      const files = filesOf(page)
      report(`  page ${page}`, total([...files].filter(file => !there.has(file))), BUDGET.page)
      visit(page, new Set([...there, ...files]))
    }
    for (const inner of manifest[each]?.imports ?? []) if (!seen.has(inner)) { seen.add(inner); visit(inner, there) }
  }
  visit(name, entry)
}
report('everything', readdirSync(join(folder, 'assets')).reduce((sum, file) => sum + size(`assets/${file}`), 0), BUDGET.all)
process.exit(failed ? 1 : 0)
