using System.Xml;
using System.Xml.Linq;
using Tapline.Models.Docs;
using Tapline.Models.Lineage;
using Tapline.Models.Tests.Law;

namespace Tapline.Models.Tests.Docs;

public sealed class DocsSiteTests
{
    const string Hostile = "<script>alert('x')</script> \"&\" {0}";

    [Fact]
    public void Whatever_a_package_says_stays_text()
    {
        var package = TestPackage.With(("mart/hostile.sql",
            "---\nkind: view\ndescription: |\n  " + Hostile + "\ncolumns: { '\"><b>': '<i>what</i>' }\n---\n"
            + "-- </code></pre><script>alert(1)</script>\n"
            + "select name as \"\"\"><b>\" from accounts where name <> '<b>'\n"));

        var pages = Parse(package);

        var page = pages["models/hostile.html"];
        Assert.Contains(page.Descendants("p"), paragraph => paragraph.Value.Trim() == Hostile);
        Assert.Contains(page.Descendants("code"), static code => code.Value == "\"><b>");
        Assert.Contains(page.Descendants("td"), static cell => cell.Value == "<i>what</i>");
        Assert.Contains("</code></pre><script>alert(1)</script>", page.Descendants("pre").Single().Value,
            StringComparison.Ordinal);
        Assert.Empty(page.Descendants("script"));
        Assert.Empty(page.Descendants("b"));
        Assert.Single(pages["index.html"].Descendants("script"));
    }

    [Theory]
    [InlineData("bar")]
    [InlineData("shop")]
    public void Every_link_leads_to_a_page_and_a_place_on_it(string name)
    {
        var pages = Parse(TestPackage.Of(Path.Combine(Repository.Root, "models", name)));

        foreach (var (path, page) in pages)
        {
            foreach (var link in page.Descendants("a").Select(static a => a.Attribute("href")!.Value))
            {
                var parts = link.Split('#');
                var target = parts[0].Length == 0 ? path
                    : parts[0].StartsWith("../", StringComparison.Ordinal) ? parts[0][3..]
                    : path == "index.html" ? parts[0]
                    : $"models/{parts[0]}";
                Assert.True(pages.ContainsKey(target), $"{path}: {link}");
                Assert.True(
                    parts.Length == 1 || pages[target].Descendants().Any(element =>
                        element.Attribute("id")?.Value == parts[1]),
                    $"{path}: {link}");
            }
        }
    }

    [Fact]
    public void A_page_needs_nothing_but_itself()
    {
        foreach (var (_, html) in Pages(TestPackage.Small()))
        {
            Assert.DoesNotContain("http", html, StringComparison.Ordinal);
            Assert.DoesNotContain("src=", html, StringComparison.Ordinal);
            Assert.DoesNotContain("<link", html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_models_page_says_what_its_header_and_sql_say()
    {
        var text = Parse(TestPackage.Small())["models/entity_accounts.html"].ToString();

        foreach (var said in (string[])[
            "entity.entity_accounts", "computed anew when the date changes", "id = accounts.plan_id",
            "account_id unique", "high_value.html", "plans.price", "every key sees all rows"])
            Assert.Contains(said, text, StringComparison.Ordinal);
    }

    static IEnumerable<(string Path, string Html)> Pages(ModelPackage package) =>
        new DocsSite(package, PackageLineage.Of(package)).Pages();

    // All pages are well-formed XML, too: a text that was not escaped would break it.
    static Dictionary<string, XElement> Parse(ModelPackage package)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null };
        return Pages(package).ToDictionary(static page => page.Path, page =>
        {
            using var reader = XmlReader.Create(new StringReader(page.Html), settings);
            return XDocument.Load(reader).Root!;
        });
    }
}
