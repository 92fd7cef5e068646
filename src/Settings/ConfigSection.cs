using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Tapline.Settings;

/// <summary>One mapping of the file, read setting by setting. A wrong or missing setting is noted and a harmless value
/// returned, so that reading goes on and finds the other mistakes; <see cref="Close"/> notes what nobody asked
/// for.</summary>
public sealed class ConfigSection(
    YamlMappingNode node, string path, ConfigProblems problems, Func<string, string?> variable)
{
    readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <summary>The mapping itself, for its line.</summary>
    public YamlNode Node => node;

    /// <summary>The line of the text on which a setting stands, or its group where it does not.</summary>
    public int LineOf(string key) => problems.LineOf(
        node.Children.Keys.OfType<YamlScalarNode>().FirstOrDefault(name => name.Value == key) ?? Place);

    /// <summary>Whether the file has this setting.</summary>
    public bool Has(string key)
    {
        _asked.Add(key);
        return node.Children.ContainsKey(new YamlScalarNode(key));
    }

    /// <summary>The names of all settings, where they are the writer's own; none of them is unknown then.</summary>
    public IReadOnlyList<string> Names()
    {
        var names = node.Children.Keys.OfType<YamlScalarNode>().Select(static key => key.Value ?? "").ToList();
        _asked.UnionWith(names);
        return names;
    }

    /// <summary>Whether a setting is a group of settings.</summary>
    public bool IsGroup(string key) => Has(key) && node.Children[new YamlScalarNode(key)] is YamlMappingNode;

    /// <summary>A mapping that may be left out.</summary>
    public ConfigSection? Section(string key)
    {
        if (!Has(key))
            return null;
        switch (node.Children[new YamlScalarNode(key)])
        {
            case YamlMappingNode mapping:
                return new ConfigSection(mapping, Full(key), problems, variable);
            case YamlScalarNode { Value: null or "" } empty:
                return new ConfigSection(new YamlMappingNode(), Full(key), problems, variable) { EmptyAt = empty };
            case var other:
                problems.Add(other, $"{Full(key)} must be a group of settings, found {Kind(other)}");
                return null;
        }
    }

    /// <summary>A text; required when there is no default.</summary>
    public string Text(string key, string? fallback = null)
    {
        if (Scalar(key) is { } scalar)
            return Expanded(key, scalar);
        if (fallback is null && !Has(key))
            problems.Add(Place, $"{Full(key)} is missing");
        return fallback ?? "";
    }

    /// <summary>A whole number within bounds.</summary>
    public int Integer(string key, int fallback, int min, int max)
    {
        if (Scalar(key) is not { } scalar)
            return fallback;
        var text = Expanded(key, scalar);
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            problems.Add(scalar, $"{Full(key)} must be a whole number, found \"{text}\"");
        else if (value < min || value > max)
            problems.Add(scalar, $"{Full(key)} must be from {min} to {max}, found {value}");
        else
            return value;
        return fallback;
    }

    /// <summary>A length of time in seconds, fractions allowed.</summary>
    public TimeSpan Seconds(string key, double fallback, double min, double max)
    {
        if (Scalar(key) is not { } scalar)
            return TimeSpan.FromSeconds(fallback);
        var text = Expanded(key, scalar);
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            problems.Add(scalar, $"{Full(key)} must be a number of seconds, found \"{text}\"");
        else if (!(value >= min && value <= max))
            problems.Add(scalar, string.Create(
                CultureInfo.InvariantCulture, $"{Full(key)} must be from {min} to {max} seconds, found {value}"));
        else
            return TimeSpan.FromSeconds(value);
        return TimeSpan.FromSeconds(fallback);
    }

    /// <summary>One of several words.</summary>
    public T Choice<T>(string key, T fallback, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        if (Scalar(key) is not { } scalar)
            return fallback;
        var text = Expanded(key, scalar);
        foreach (var (word, value) in choices)
        {
            if (word == text)
                return value;
        }
        var words = new List<string>();
        foreach (var (word, _) in choices)
            words.Add(word);
        problems.Add(scalar, $"{Full(key)} must be {string.Join(" or ", words)}, found \"{text}\"");
        return fallback;
    }

    /// <summary>A list of texts; a single text is a list of one.</summary>
    public IReadOnlyList<string> Texts(string key, IReadOnlyList<string> fallback)
    {
        if (!Has(key))
            return fallback;
        if (node.Children[new YamlScalarNode(key)] is not YamlSequenceNode sequence)
            return Scalar(key) is { } single ? [Expanded(key, single)] : fallback;
        var texts = new List<string>();
        foreach (var item in sequence.Children)
        {
            if (item is YamlScalarNode scalar)
                texts.Add(Expanded(key, scalar));
            else
                problems.Add(item, $"{Full(key)} must be a list of texts, found {Kind(item)}");
        }
        return texts;
    }

    /// <summary>All settings of this mapping as they stand, for what another program defines.</summary>
    public IReadOnlyDictionary<string, string> Everything()
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in node.Children.Keys)
        {
            if (key is YamlScalarNode { Value: { } name })
                all[name] = Text(name);
        }
        return all;
    }

    /// <summary>Notes a mistake of one setting that is well-formed in itself.</summary>
    public void Reject(string key, string reason) =>
        problems.Add(node.Children.TryGetValue(new YamlScalarNode(key), out var at) ? at : Place,
            $"{Full(key)} {reason}");

    /// <summary>Notes every setting that nobody asked for, with the nearest one that exists.</summary>
    public void Close()
    {
        foreach (var key in node.Children.Keys)
        {
            var name = (key as YamlScalarNode)?.Value ?? key.ToString();
            if (_asked.Contains(name))
                continue;
            var near = Spelling.Nearest(name, _asked);
            problems.Add(key, $"{Full(name)} is not a setting"
                + (near is null ? $"; there are {string.Join(", ", _asked.Order(StringComparer.Ordinal))}"
                    : $"; did you mean \"{near}\"?"));
        }
    }

    YamlNode? EmptyAt { get; init; }

    YamlNode Place => EmptyAt ?? node;

    YamlScalarNode? Scalar(string key)
    {
        if (!Has(key))
            return null;
        if (node.Children[new YamlScalarNode(key)] is YamlScalarNode scalar)
            return scalar;
        problems.Add(node.Children[new YamlScalarNode(key)],
            $"{Full(key)} must be one value, found {Kind(node.Children[new YamlScalarNode(key)])}");
        return null;
    }

    string Expanded(string key, YamlScalarNode scalar)
    {
        var missing = new List<string>();
        var text = EnvironmentText.Expand(scalar.Value ?? "", variable, missing);
        foreach (var wanted in missing)
            problems.Add(scalar, $"{Full(key)} needs {wanted}");
        return text;
    }

    string Full(string key) => path.Length == 0 ? key : $"{path}.{key}";

    static string Kind(YamlNode found) => found switch
    {
        YamlMappingNode => "a group of settings",
        YamlSequenceNode => "a list",
        _ => $"\"{found}\"",
    };
}
