// What the files beside the page hold: asked for once, and read back into numbers.
const trend = (() => {
  "use strict";
  const taken = { nights: new Map(), series: new Map() };
  const asked = new Map();

  // A whole number of a power of ten, as a value.
  const value = (whole, exponent) => (exponent < 0 ? whole / 10 ** -exponent : whole * 10 ** exponent);

  // Differences from the one before, as whole numbers; null where there is none.
  const steps = (text) => {
    let last = 0;
    return text.split(",").map((step) => (step === "" ? null : (last += Number(step))));
  };

  const distances = (text, count) => {
    if (text === "") return new Array(count).fill(null);
    return text.split(",").map((one) => (one === "" ? null : Number(one)));
  };

  // A series as it is drawn: its values and intervals by nights.
  const read = (one, texts) => {
    const { exponent } = one;
    const whole = steps(one.values);
    const values = whole.map((at) => (at === null ? null : value(at, exponent)));
    const end = (text) =>
      distances(text, whole.length).map((away, i) =>
        away === null || whole[i] === null ? null : value(whole[i] + away, exponent),
      );
    const [low, high] = [end(one.low), end(one.high)];
    const gone = new Map();
    for (const [first, count, word] of one.gone) {
      for (let night = first; night < first + count; night += 1) gone.set(night, texts[word]);
    }
    return {
      ...one, values, low, high, gone,
      found: one.found.map(([since, night, isWorse, said]) => ({ since, night, isWorse: isWorse === 1, said: texts[said] })),
      epochs: one.epochs.map(([night, reason]) => ({ night, reason: texts[reason] })),
      suspected: new Set(one.suspected), artifacts: new Set(one.artifacts),
    };
  };

  // Loads a file, which hands over what it has. A page from a disk may load scripts, and read nothing.
  const load = (file) => {
    if (!asked.has(file)) {
      asked.set(file, new Promise((done, fail) => {
        const script = document.createElement("script");
        script.addEventListener("load", () => done());
        script.addEventListener("error", () => fail(new Error(file.split("?")[0])));
        script.src = file;
        document.head.append(script);
      }));
    }
    return asked.get(file);
  };

  // What a list of changes says of a night.
  const at = (changes, night) => {
    let said = null;
    for (const [since, text] of changes || []) {
      if (since > night) break;
      said = text;
    }
    return said;
  };

  const magnitude = (number) => {
    const size = Math.abs(number);
    if (size === 0) return 0;
    const power = Math.floor(Math.log10(size));
    return power + (Math.round(size / 10 ** (power - 2)) >= 1000 ? 1 : 0);
  };

  // `1.69 ms [1.66, 1.72]`, with the digits that tell the ends apart.
  const told = (of, low, high, unit) => {
    const scale = lab.units[unit];
    if (!scale || low === null || high === null || !(low < high)) return lab.format(of, unit);
    let power = 0;
    while (power < 3 && Math.abs(of) >= scale[1] ** (power + 1) * 0.9995) power += 1;
    const name = scale[0][power];
    const [now, ...ends] = [of, low, high].map((one) => one / scale[1] ** power);
    const wanted = Math.max(2 - magnitude(now), -magnitude(ends[1] - ends[0]));
    const digits = name === "B" ? 0 : Math.min(6, Math.max(0, wanted));
    return `${now.toFixed(digits)} ${name} [${ends.map((one) => one.toFixed(digits)).join(", ")}]`;
  };

  return {
    load, read, at, told, taken,
    // What the files call.
    nights: (place, content) => taken.nights.set(place, content),
    series: (place, content) => taken.series.set(place, content),
  };
})();
