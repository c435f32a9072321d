// What is wrong with the look of the page: texts that cannot be read, controls without a name, ids that
// are there twice, parts that stick out sideways.
(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const colour = (text) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = (c) => {
    const [r, g, b] = c.slice(0, 3).map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    const layers = [];
    for (let e = element; e && layers.at(-1)?.[3] !== 1; e = e.parentElement) {
      layers.push(colour(getComputedStyle(e).backgroundColor));
    }
    return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const contrast = (element) => {
    const style = getComputedStyle(element);
    const below = ground(element);
    const text = colour(element instanceof SVGElement ? style.fill : style.color);
    for (let e = element; e; e = e.parentElement) text[3] *= Number(getComputedStyle(e).opacity);
    const [one, two] = [light(over(text, below)), light(below)];
    return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
  };
  const isSeen = (element) => element.checkVisibility() && element.getClientRects().length > 0;
  const wrong = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (texts.nextNode()) {
    const { parentElement: element, textContent } = texts.currentNode;
    if (!textContent.trim() || !isSeen(element)) continue;
    seen += 1;
    const ratio = contrast(element);
    if (ratio < 4.5) wrong.push(`${ratio.toFixed(2)} to 1: "${textContent.trim().slice(0, 40)}"`);
  }
  if (seen < 50) wrong.push(`only ${seen} texts were looked at`);
  for (const control of document.querySelectorAll("a, button, input, [tabindex='0'], [role=progressbar]")) {
    const name = control.getAttribute("aria-label") ?? control.textContent.trim();
    const labelled = control.labels?.length > 0 || control.hasAttribute("aria-labelledby");
    if (isSeen(control) && !name && !labelled) wrong.push(`no name: ${control.outerHTML.slice(0, 80)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) wrong.push(`twice: #${id}`);
  for (const e of document.querySelectorAll("main *")) {
    if (isSeen(e) && e.getBoundingClientRect().right > innerWidth + 1) wrong.push(`sticks out: ${e.outerHTML.slice(0, 80)}`);
  }
  for (const e of document.querySelectorAll(".card, .card *, .panel > .heading, button")) {
    const isCut = isSeen(e) && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline";
    if (isCut) wrong.push(`too narrow: ${e.outerHTML.slice(0, 80)}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) wrong.push(`${document.documentElement.scrollWidth} wide`);
  return wrong;
})()
