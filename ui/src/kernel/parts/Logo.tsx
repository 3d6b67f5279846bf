/** The tangram square; each piece has the colour of the kind of definition that it stands for. */
const PATHS = [
  ['entity', 'M0 0h8L4 4z'], ['form', 'M0 0l4 4-4 4z'], ['workflow', 'M8 4v4H4z'], ['logo-square', 'M6 2l2 2-2 2-2-2z'],
  ['report', 'M4 4l2 2H2z'], ['role', 'M8 0v4L6 2z'], ['connector', 'M0 8l2-2h4L4 8z'],
] as const

export function Logo({ size }: { readonly size: number }) {
  return (
    <svg className="logo" width={size} height={size} viewBox="0 0 8 8" aria-hidden="true" focusable="false">
      {PATHS.map(([name, d]) => <path key={name} className={`logo-${name}`} d={d} />)}
    </svg>
  )
}
