/**
 * Unicode classes by name: `\p{Letter}`, `\p{greek}`, `\P{^Lu}`.
 *
 * The engine knows the short category names and the scripts in one spelling, and some properties that the reference
 * does not have. The reference takes long category names too, in any case and with `_`, `-` or a space between words.
 */

/** Long names of the categories (Unicode's property value aliases), without case and separators. */
// prettier-ignore
const CATEGORY_NAMES: ReadonlyMap<string, string> = new Map(
  [
    "C other", "Cc control cntrl", "Cf format", "Cn unassigned", "Co privateuse", "Cs surrogate",
    "L letter", "LC casedletter", "Ll lowercaseletter", "Lm modifierletter", "Lo otherletter",
    "Lt titlecaseletter", "Lu uppercaseletter", "M mark combiningmark", "Mc spacingmark", "Me enclosingmark",
    "Mn nonspacingmark", "N number", "Nd decimalnumber digit", "Nl letternumber", "No othernumber",
    "P punctuation punct", "Pc connectorpunctuation", "Pd dashpunctuation", "Pe closepunctuation",
    "Pf finalpunctuation", "Pi initialpunctuation", "Po otherpunctuation", "Ps openpunctuation",
    "S symbol", "Sc currencysymbol", "Sk modifiersymbol", "Sm mathsymbol", "So othersymbol",
    "Z separator", "Zl lineseparator", "Zp paragraphseparator", "Zs spaceseparator",
    "Any", "Assigned",
  ].flatMap((line) => {
    const [short = "", ...long] = line.split(" ");
    return [short.toLowerCase(), ...long].map((name): [string, string] => [name, short]);
  }),
);

/**
 * The pattern with every class name in the engine's spelling, or `null` where a name is none of RE2's.
 * Everything else stays as it is, also what is not valid.
 */
export function translateProperties(source: string): string | null {
  if (!/\\[pP]\{/u.test(source)) {
    return source;
  }
  const pieces: string[] = [];
  let copied = 0;
  let position = 0;
  let classStart = -1;
  while (position < source.length) {
    const property = source[position] === "\\" ? propertyAt(source, position) : null;
    if (property !== null) {
      const spelled = spellProperty(property, classStart >= 0);
      if (spelled === null) {
        return null;
      }
      pieces.push(source.slice(copied, position), spelled);
      position = property.end;
      copied = position;
    } else {
      const next = skipItem(source, position, classStart);
      if (source[position] === "[" && classStart < 0) {
        classStart = next;
      } else if (source[position] === "]" && classStart >= 0 && position > classStart) {
        classStart = -1;
      }
      position = next;
    }
  }
  pieces.push(source.slice(copied));
  return pieces.join("");
}

interface PropertyItem {
  readonly negated: boolean;
  readonly name: string;
  readonly end: number;
}

function propertyAt(source: string, position: number): PropertyItem | null {
  const letter = source[position + 1];
  if ((letter !== "p" && letter !== "P") || source[position + 2] !== "{") {
    return null;
  }
  const close = source.indexOf("}", position);
  if (close < 0) {
    return null;
  }
  const inner = source.slice(position + 3, close);
  const inverted = inner.startsWith("^");
  return {
    negated: (letter === "P") !== inverted,
    name: inverted ? inner.slice(1) : inner,
    end: close + 1,
  };
}

function spellProperty(property: PropertyItem, inClass: boolean): string | null {
  const plain = property.name.replaceAll(/[ _-]/gu, "").toLowerCase();
  if (plain === "ascii") {
    const posix = property.negated ? "[:^ascii:]" : "[:ascii:]";
    return inClass ? posix : `[${posix}]`;
  }
  const name = CATEGORY_NAMES.get(plain) ?? scriptName(property.name);
  return name === null ? null : `\\${property.negated ? "P" : "p"}{${name}}`;
}

function scriptName(name: string): string | null {
  const titled = name
    .split(/[ _-]/u)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
    .join("_");
  return [name, titled].find(isScript) ?? null;
}

/** The runtime's own tables know the scripts; its engine never sees the user's pattern. */
function isScript(name: string): boolean {
  if (!/^[A-Za-z_]+$/u.test(name)) {
    return false;
  }
  try {
    return new RegExp(`\\p{Script=${name}}`, "u").unicode;
  } catch {
    return false;
  }
}

/** End of the item at `position`: an escape, a quotation `\Q...\E`, a POSIX class, the start of a class, one char. */
function skipItem(source: string, position: number, classStart: number): number {
  const char = source[position];
  if (char === "\\") {
    if (source[position + 1] === "Q" && classStart < 0) {
      const end = source.indexOf("\\E", position + 2);
      return end < 0 ? source.length : end + 2;
    }
    return position + 2;
  }
  if (char !== "[") {
    return position + 1;
  }
  if (classStart >= 0) {
    const end = source[position + 1] === ":" ? source.indexOf(":]", position + 2) : -1;
    return end < 0 ? position + 1 : end + 2;
  }
  return source[position + 1] === "^" ? position + 2 : position + 1;
}
