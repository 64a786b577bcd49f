const goal = document.getElementById('goal');
const ofLevels = [['by-load', false, 'Goal against load'], ['by-rps', true, 'Goal against throughput']].flatMap(([id, isByRps, label]) => {
  const host = document.getElementById(id);
  if (!host) return [];
  const chart = new LevelChart(host, document.getElementById(`${id}-legend`), { label, none: 'No level was judged.' });
  return [{ chart, isByRps }];
});
function drawLevels() {
  const { levels: steps, by, answered_by: answeredBy, knee_from: from, knee_to: to } = data.capacity;
  const knee = from === null || to === null ? null : [from, to];
  for (const { chart, isByRps } of ofLevels) {
    const caption = chart.host.parentElement.querySelector('figcaption');
    const [title, unit] = titleOf(steps, Number(goal.value), isByRps ? 'throughput' : by === 'rate' ? 'arrivals' : 'users');
    caption.querySelector('b').textContent = title;
    caption.querySelector('.unit').textContent = unit;
    chart.set({ steps, goal: Number(goal.value), isByRps, isRate: by === 'rate', answeredBy, knee });
  }
}
if (ofLevels.length > 0) {
  goal.value = String(goalsOf(data.capacity.levels)[0]?.place ?? 0);
  goal.addEventListener('change', drawLevels);
  for (const event of ['beforeprint', 'afterprint']) window.addEventListener(event, drawLevels);
  drawLevels();
}
