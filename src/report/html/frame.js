const root = document.documentElement;
window.addEventListener('error', (event) => { root.dataset.error = event.message; });

const data = JSON.parse(document.getElementById('data').textContent);
const overTime = new Group();
const byPercentile = new Group();

// A slot is drawn at its middle.
const over = (values, width = data.width_s) => values.map((value, index) => [(index + 0.5) * width, value]);

function add(id, label, none, lines, percentiles = false) {
  const host = document.getElementById(id);
  if (!host) return null;
  const legend = document.getElementById(`${id}-legend`);
  const chart = new Chart(host, legend, percentiles ? byPercentile : overTime, { label, none, percentiles });
  chart.set(lines, data.width_s);
  return chart;
}
