using System.Globalization;
using System.Text;

namespace Tapline.Serving.Http;

/// <summary>Figures in Prometheus' text format
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).</summary>
sealed class MetricsText
{
    readonly StringBuilder _text = new();

    public static string Escape(string label) => label
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    public void Gauge(string name, string help, double value) => Gauges(name, help, [("", value)]);

    public void Gauges(string name, string help, IEnumerable<(string Labels, double Value)> values) =>
        Family(name, "gauge", help, values.Select(value => (name, value.Labels, value.Value)));

    /// <summary>A family whose samples may have names of their own, such as a histogram's.</summary>
    public void Family(
        string name, string type, string help, IEnumerable<(string Name, string Labels, double Value)> samples)
    {
        _text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");
        foreach (var (sample, labels, value) in samples)
        {
            _text.Append(sample);
            if (labels.Length > 0)
                _text.Append('{').Append(labels).Append('}');
            _text.Append(CultureInfo.InvariantCulture, $" {value}\n");
        }
    }

    public override string ToString() => _text.ToString();
}
