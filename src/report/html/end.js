let waiting = null;
// Paper has another width.
for (const event of ['beforeprint', 'afterprint']) window.addEventListener(event, () => charts.forEach(draw));
window.addEventListener('resize', () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => charts.forEach(draw), 100);
});
root.dataset.charts = charts.filter((chart) => chart.host.querySelector('svg')).length;
