namespace Tapline.Tidy.Tests;

/// <summary>Tells code from texts and comments in a C# line by line: enough to count braces, no more.</summary>
sealed class CodeScanner
{
    int _rawQuotes;
    bool _inVerbatim;
    bool _inComment;

    /// <summary>The line with the content of texts, characters and comments left out.</summary>
    public string CodeOf(string line)
    {
        var code = new System.Text.StringBuilder(line.Length);
        var at = 0;
        while (at < line.Length)
        {
            if (_inComment)
                at = SkipTo(line, at, "*/", () => _inComment = false);
            else if (_rawQuotes > 0)
                at = SkipTo(line, at, new string('"', _rawQuotes), () => _rawQuotes = 0);
            else if (_inVerbatim)
                at = SkipVerbatim(line, at);
            else
                at = Step(line, at, code);
        }
        return code.ToString();
    }

    int Step(string line, int at, System.Text.StringBuilder code)
    {
        var rest = line.AsSpan(at);
        if (rest.StartsWith("//"))
            return line.Length;
        if (rest.StartsWith("/*"))
        {
            _inComment = true;
            return at + 2;
        }
        if (rest.StartsWith("\"\"\""))
        {
            _rawQuotes = rest.IndexOfAnyExcept('"') is var quotes and > 0 ? quotes : rest.Length;
            return at + _rawQuotes;
        }
        if (rest.StartsWith("@\"") || rest.StartsWith("$@\"") || rest.StartsWith("@$\""))
        {
            _inVerbatim = true;
            return at + rest.IndexOf('"') + 1;
        }
        if (rest[0] is '"' or '\'')
            return SkipQuoted(line, at);
        code.Append(rest[0]);
        return at + 1;
    }

    static int SkipQuoted(string line, int at)
    {
        var quote = line[at];
        for (var i = at + 1; i < line.Length; i++)
        {
            if (line[i] == '\\')
                i++;
            else if (line[i] == quote)
                return i + 1;
        }
        return line.Length;
    }

    int SkipVerbatim(string line, int at)
    {
        for (var i = at; i < line.Length; i++)
        {
            if (line[i] != '"')
                continue;
            if (i + 1 < line.Length && line[i + 1] == '"')
            {
                i++;
                continue;
            }
            _inVerbatim = false;
            return i + 1;
        }
        return line.Length;
    }

    static int SkipTo(string line, int at, string end, Action found)
    {
        var position = line.IndexOf(end, at, StringComparison.Ordinal);
        if (position < 0)
            return line.Length;
        found();
        return position + end.Length;
    }
}
