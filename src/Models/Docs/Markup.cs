using System.Globalization;
using System.Net;

namespace Tapline.Models.Docs;

/// <summary>A piece of HTML. Whatever is put into it is escaped, unless it is markup itself.</summary>
/// <param name="Text">The HTML.</param>
readonly record struct Markup(string Text)
{
    /// <summary>Nothing.</summary>
    public static Markup None { get; } = new("");

    /// <summary>HTML with values in it.</summary>
    public static Markup Of(FormattableString html) => new(string.Format(
        CultureInfo.InvariantCulture, html.Format, [.. html.GetArguments().Select(static value => Escape(value))]));

    /// <summary>Pieces one after the other.</summary>
    public static Markup Join(IEnumerable<Markup> pieces, string between = "") =>
        new(string.Join(between, pieces.Select(static piece => piece.Text)));

    /// <summary>The HTML.</summary>
    public override string ToString() => Text;

    static string Escape(object? value) => value is Markup markup
        ? markup.Text
        : WebUtility.HtmlEncode(Convert.ToString(value, CultureInfo.InvariantCulture)) ?? "";
}
