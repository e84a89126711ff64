"use strict";
(async () => {
  const $ = (selector) => document.querySelector(selector);
  const make = (tag, text, attributes = {}) => {
    const node = document.createElement(tag);
    if (text !== null) node.textContent = text;
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const unpacked = async (id) => {
    const bytes = Uint8Array.from(atob($(id).textContent.trim()), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };
  const shown = (value) =>
    value === null || value === undefined ? "" : typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value);

  const tip = $("#tip");
  window.showTip = (event, value) => {
    if (!value) { tip.hidden = true; return; }
    tip.textContent = Object.entries(value).map(([name, item]) => `${name}: ${item}`).join("\n");
    tip.hidden = false;
    tip.style.left = `${Math.min(event.pageX + 12, document.documentElement.clientWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${event.pageY + 12}px`;
  };

  // Colours are the page's, so that charts follow light, dark and print.
  const palette = (onPaper) => {
    const of = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const [ink, soft, line] = onPaper ? ["#000", "#444", "#bbb"] : [of("--ink"), of("--soft"), of("--line")];
    return {
      background: "transparent", axis: { labelColor: soft, titleColor: ink, gridColor: line, domainColor: line, tickColor: line, gridOpacity: 0.6 },
      legend: { labelColor: ink, titleColor: ink }, title: { color: ink, subtitleColor: soft }, text: { color: ink }, rule: { color: ink },
    };
  };
  const merged = (one, other) => {
    const found = { ...one };
    for (const [key, value] of Object.entries(other))
      found[key] = value && typeof value === "object" && !Array.isArray(value) ? merged(one?.[key] ?? {}, value) : value;
    return found;
  };

  const data = JSON.parse(await unpacked("#data"));
  const script = make("script", await unpacked("#library"));
  document.head.append(script);

  const { columns, rows: count } = data.table;
  const column = (name) => columns.find((item) => item.name === name);
  let kept = null; // trials that the brushes keep; null for all
  const views = {};

  const place = (axis, value) => {
    if (value === null || value === undefined) return null;
    if (axis.values) { const at = axis.values.indexOf(String(value)); return at < 0 ? null : at / Math.max(axis.values.length - 1, 1); }
    const [low, high, at] = axis.log ? [axis.lower, axis.upper, value].map(Math.log) : [axis.lower, axis.upper, value];
    return high > low ? (at - low) / (high - low) : 0.5;
  };
  let places = [];
  let linesKept = () => [];
  if (data.parallel) {
    const { axes, metric } = data.parallel;
    const values = column(metric).values, status = column("status").values;
    const used = [...Array(count).keys()].filter((row) => status[row] === "completed" && values[row] !== null);
    const better = data.parallel.minimize ? 1 : -1;
    const worstFirst = used.sort((a, b) => better * (values[b] - values[a]));
    places = axes.map((axis) => column(axis.column).values.map((value) => place(axis, value)));
    // Ranked among those kept, so that some stand out however few or bad they are; see parallel.py.
    linesKept = () => {
      const rows = kept ? worstFirst.filter((row) => kept.has(row)) : worstFirst, lines = [];
      rows.forEach((row, at) => {
        const q = rows.length > 1 ? at / (rows.length - 1) : 1;
        const o = Math.max(0.95 * q ** Math.max(3, rows.length / 60), Math.min(0.35, 30 / rows.length));
        axes.forEach((axis, a) => {
          if (places[a][row] !== null) lines.push({ t: column("trial").values[row], a, p: places[a][row], q, o, v: values[row] });
        });
      });
      return lines;
    };
  }

  // Charts are as wide as the page, or where that is narrow their panels stand below each other.
  const beside = (panel, room) => (JSON.stringify(panel.layer ?? 0).includes("gradientLength") ? 130 : room < 560 ? 112 : 72); // axis and legend
  const lines = (text, letters) => [text].flat().join(" ").split(" ").reduce((found, word) => {
    const last = found.length - 1;
    if (last >= 0 && found[last].length + word.length < letters) found[last] += ` ${word}`;
    else found.push(word);
    return found;
  }, []);
  const fitted = (spec, room) => {
    if (room < 560) spec.config = merged(spec.config ?? {}, { legend: { columns: 2, labelLimit: 150 }, axis: { labelLimit: 110 } });
    const least = spec.usermeta?.least ?? 0;
    if (!spec.concat) {
      if (spec.width > 400) spec.width = Math.max(room, least);
      else spec.width = Math.min(spec.width, room - 90);
      if (spec.width >= room) spec.autosize = { type: "fit-x", contains: "padding" };
      return spec;
    }
    const wide = Math.max(...spec.concat.map((panel) => panel.width + beside(panel, room)));
    spec.columns = Math.max(Math.min(spec.columns ?? 1, Math.floor(room / wide)), 1);
    for (const panel of spec.concat) {
      panel.width = panel.width > 400 ? room - 160 : Math.min(panel.width, room - beside(panel, room));
      if (panel.title) Object.assign(panel.title, { limit: room, text: lines(panel.title.text, (panel.width + 40) / 7) });
    }
    return spec;
  };

  // Two colours are too dark for a dark page.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const brighter = (spec) => JSON.parse(JSON.stringify(spec).replaceAll("#0072b2", "#3d9be0").replaceAll("#8c8c8c", "#a8a8a8"));
  const prepared = (id, room, onPaper) => {
    let spec = fitted(structuredClone(data.charts[id]), room);
    spec.config = merged(spec.config ?? {}, palette(onPaper));
    if (dark.matches && !onPaper) spec = brighter(spec);
    if (id === "parallel") spec.layer[0].data.values = linesKept();
    return spec;
  };

  const draw = async (id) => {
    const spec = prepared(id, $(`#chart-${id}`).parentElement.clientWidth, false);
    const box = $(`#chart-${id}`);
    views[id]?.finalize();
    box.replaceChildren();
    const name = box.getAttribute("aria-label");
    views[id] = await window.drawChart(box, spec);
    // What is drawn is one picture with a name; the library would have people read through a canvas.
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", name);
    box.removeAttribute("aria-roledescription");
    for (const canvas of box.querySelectorAll("canvas")) canvas.setAttribute("aria-hidden", "true");
  };
  const drawAll = async () => {
    for (const id of Object.keys(data.charts)) {
      await draw(id);
      await new Promise((done) => setTimeout(done));
    }
  };

  // The numbers of a chart as tables, for whoever cannot see it; made when they are asked for.
  const most = 300;
  const tables = (spec) => {
    const found = new Map(), titles = {};
    const walk = (node) => {
      if (!node || typeof node !== "object") return;
      if (Array.isArray(node)) return node.forEach(walk);
      if (typeof node.field === "string" && typeof node.title === "string") titles[node.field] = node.title;
      const rows = node.data?.values;
      if (rows?.length > 1) found.set(JSON.stringify(rows), [rows, { ...titles }, node]);
      for (const [key, value] of Object.entries(node)) if (key !== "data") walk(value);
    };
    walk(spec);
    return [...found.values()].map(([rows, , node]) => {
      const own = {};
      const collect = (item) => {
        if (!item || typeof item !== "object") return;
        if (Array.isArray(item)) return item.forEach(collect);
        if (typeof item.field === "string" && typeof item.title === "string") own[item.field] ??= item.title;
        for (const [key, value] of Object.entries(item)) if (key !== "data") collect(value);
      };
      collect(node);
      const names = [...new Set(rows.slice(0, 50).flatMap((row) => Object.keys(row)))];
      const table = make("table", null), head = make("tr", null);
      table.append(make("caption", `${Math.min(rows.length, most)} of ${rows.length} rows`));
      for (const name of names) head.append(make("th", own[name] ?? name, { scope: "col" }));
      const body = make("tbody", null);
      for (const row of rows.slice(0, most)) {
        const line = make("tr", null);
        for (const name of names) line.append(make("td", shown(row[name])));
        body.append(line);
      }
      const top = make("thead", null);
      top.append(head);
      table.append(top, body);
      return table;
    });
  };
  for (const box of document.querySelectorAll("details.numbers"))
    box.addEventListener("toggle", () => {
      const place = box.querySelector(".wide");
      if (box.open && !place.children.length) place.append(...tables(data.charts[box.dataset.chart]));
    });

  // The table -------------------------------------------------------------------------------
  const size = 50;
  let order = [...Array(count).keys()], sorted = { name: data.table.sort, down: false }, page = 0;
  const text = $("#filter");
  const matches = (row) => {
    if (kept && !kept.has(row)) return false;
    return text.value.toLowerCase().split(/\s+/).filter(Boolean).every((word) => {
      const found = /^([^<>=]+)(<=|>=|=|<|>)(.+)$/.exec(word);
      const of = found && columns.find((item) => item.name.toLowerCase() === found[1]);
      if (of) {
        const value = of.values[row], wanted = Number(found[3]);
        if (found[2] === "=") return shown(value).toLowerCase() === found[3];
        if (value === null || Number.isNaN(wanted)) return false;
        return { "<": value < wanted, "<=": value <= wanted, ">": value > wanted, ">=": value >= wanted }[found[2]];
      }
      return columns.some((item) => shown(item.values[row]).toLowerCase().includes(word));
    });
  };
  const compare = (a, b) => {
    if (a === b) return 0;
    if (a === null || a === undefined) return 1;
    if (b === null || b === undefined) return -1;
    const found = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
    return sorted.down ? -found : found;
  };
  const fill = () => {
    const values = column(sorted.name)?.values;
    const all = [...order].filter(matches);
    if (values) all.sort((a, b) => compare(values[a], values[b]) || a - b);
    const pages = Math.max(Math.ceil(all.length / size), 1);
    page = Math.min(page, pages - 1);
    const body = $("#trials tbody");
    body.replaceChildren(...all.slice(page * size, (page + 1) * size).map((row) => {
      const line = make("tr", null, column("trial").values[row] === data.table.best ? { class: "best" } : {});
      for (const item of columns) {
        const cell = make("td", null, item.name === "why" ? { class: "why" } : {});
        if (item.name === "why" && item.values[row]) {
          const more = make("details", null);
          more.append(make("summary", "why"), item.values[row]);
          cell.append(more);
        } else cell.textContent = shown(item.values[row]);
        line.append(cell);
      }
      return line;
    }));
    $("#shown").textContent = `${all.length} of ${count} rows, page ${page + 1} of ${pages}`;
    $("#before").disabled = page === 0;
    $("#after").disabled = page >= pages - 1;
    for (const head of document.querySelectorAll("#trials th"))
      head.setAttribute("aria-sort", head.dataset.name !== sorted.name ? "none" : sorted.down ? "descending" : "ascending");
  };
  if (count) {
    const head = make("tr", null);
    for (const item of columns) {
      const cell = make("th", null, { scope: "col", "data-name": item.name });
      const button = make("button", item.name, { type: "button" });
      button.onclick = () => { sorted = { name: item.name, down: sorted.name === item.name && !sorted.down }; page = 0; fill(); };
      cell.append(button);
      head.append(cell);
    }
    $("#trials thead").append(head);
    text.oninput = () => { page = 0; fill(); };
    $("#before").onclick = () => { page -= 1; fill(); };
    $("#after").onclick = () => { page += 1; fill(); };
    fill();
  }

  // Brushing --------------------------------------------------------------------------------
  if (data.parallel) {
    const box = $("#brushes"), axes = data.parallel.axes;
    const label = (axis, p) => {
      if (axis.values) return axis.values[Math.round(p * (axis.values.length - 1))] ?? "";
      return shown(Number((axis.log ? Math.exp(Math.log(axis.lower) + p * (Math.log(axis.upper) - Math.log(axis.lower))) : axis.lower + p * (axis.upper - axis.lower)).toPrecision(4)));
    };
    const ends = axes.map((axis) => {
      const set = make("fieldset", null), says = make("output", "");
      const [low, high] = [0, 1].map((value) => make("input", null, { type: "range", min: 0, max: 1, step: 0.005, value, "aria-label": `${axis.column}, ${value ? "most" : "least"}` }));
      set.append(make("legend", axis.column), low, high, make("br", null), says);
      box.append(set);
      return { axis, low, high, says };
    });
    const apply = async () => {
      for (const { axis, low, high, says } of ends) {
        const [from, to] = [Number(low.value), Number(high.value)];
        says.textContent = from > 0 || to < 1 ? `${label(axis, from)} to ${label(axis, to)}` : "all";
        for (const [input, p] of [[low, from], [high, to]]) input.setAttribute("aria-valuetext", label(axis, p));
      }
      const active = ends.map(({ low, high }, at) => [at, Number(low.value), Number(high.value)]).filter(([, from, to]) => from > 0 || to < 1);
      kept = active.length ? new Set([...Array(count).keys()].filter((row) => active.every(([at, from, to]) => {
        const p = places[at][row];
        return p !== null && p >= from - 1e-9 && p <= to + 1e-9;
      }))) : null;
      $("#kept").textContent = kept ? `${kept.size} of ${count} rows kept; the table shows these too` : "";
      page = 0;
      fill();
      if (views.parallel) { views.parallel.data("lines", linesKept()); await views.parallel.runAsync(); }
    };
    for (const { low, high } of ends) {
      low.oninput = () => { if (Number(low.value) > Number(high.value)) high.value = low.value; apply(); };
      high.oninput = () => { if (Number(high.value) < Number(low.value)) low.value = high.value; apply(); };
    }
    $("#reset").onclick = () => { for (const { low, high } of ends) { low.value = 0; high.value = 1; } apply(); };
    // Dragging along an axis sets its two ends.
    const chart = $("#chart-parallel");
    let drag = null;
    const where = (event) => {
      const view = views.parallel, canvas = chart.querySelector("canvas").getBoundingClientRect();
      const [left, top] = view.origin();
      const at = Math.round(view.scale("x").invert(event.clientX - canvas.left - left));
      const p = view.scale("y").invert(event.clientY - canvas.top - top);
      return { at, p: Math.min(Math.max(p, 0), 1) };
    };
    chart.onpointerdown = (event) => { const found = where(event); drag = ends[found.at] ? found : null; if (drag) { event.preventDefault(); } };
    chart.onpointerup = (event) => {
      if (!drag) return;
      const to = where(event).p, { low, high } = ends[drag.at];
      const wide = Math.abs(to - drag.p) > 0.02;
      low.value = wide ? Math.min(to, drag.p) : 0;
      high.value = wide ? Math.max(to, drag.p) : 1;
      drag = null;
      apply();
    };
    apply();
  }

  // Paper is white and wide, and does not wait: what a dark or a narrow screen shows is drawn for it beforehand.
  const drawForPaper = async () => {
    document.querySelectorAll("figure .paper").forEach((box) => box.remove());
    delete document.documentElement.dataset.paper;
    if (dark.matches || innerWidth < 600)
      for (const id of Object.keys(data.charts)) {
        const box = make("div", null, { class: "paper", "aria-hidden": "true" });
        $(`#chart-${id}`).after(box);
        (await window.drawChart(box, prepared(id, 930, true))).finalize();
        box.removeAttribute("role");
        await new Promise((done) => setTimeout(done));
      }
    document.documentElement.dataset.paper = "yes";
  };
  const drawAgain = async () => { await drawAll(); await drawForPaper(); };
  await drawAll();
  dark.addEventListener("change", drawAgain);
  let room = innerWidth, later;
  addEventListener("resize", () => {
    if (innerWidth === room) return;
    room = innerWidth;
    clearTimeout(later);
    later = setTimeout(drawAgain, 200);
  });
  document.documentElement.dataset.ready = "yes";
  await drawForPaper();
})().catch((error) => {
  document.documentElement.dataset.failed = String(error);
  const note = document.createElement("p");
  note.className = "notice";
  note.textContent = `The charts and the table could not be drawn: ${error}. A browser of 2023 or later is needed.`;
  document.querySelector("main").prepend(note);
  console.error(error);
});
