for (const chart of [...overTime.charts, ...byPercentile.charts]) chart.draw();
followSize([overTime, byPercentile]);

// A table that is wider than the window says so.
const tables = document.querySelectorAll('.scroll');
const hint = () => tables.forEach((table) => { table.dataset.wide = String(table.scrollWidth > table.clientWidth + 1); });
window.addEventListener('resize', hint);
hint();
root.dataset.charts = [...overTime.charts, ...byPercentile.charts].filter((chart) => chart.host.querySelector('svg')).length;
