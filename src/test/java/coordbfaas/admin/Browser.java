package coordbfaas.admin;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;

/** Debian's chromium, without a screen. */
final class Browser implements AutoCloseable {
  private static final File DRIVER = new File("/usr/bin/chromedriver");
  private static final File CHROMIUM = new File("/usr/bin/chromium");

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Starts one; without chromium and its driver the test is skipped. */
  static Browser start() {
    assumeTrue(DRIVER.canExecute() && CHROMIUM.canExecute(), "no chromium (Debian: apt-get install chromium chromium-driver)");
    var options = new ChromeOptions();
    options.setBinary(CHROMIUM);
    options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars");
    var service = new ChromeDriverService.Builder().usingDriverExecutable(DRIVER).usingAnyFreePort().withSilent(true).build();
    return new Browser(new ChromeDriver(service, options));
  }

  /** Has a screen of this size from now on, in CSS pixels, as a phone would. */
  void isOfSize(int width, int height, boolean dark) {
    driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    driver.executeCdpCommand("Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  void opens(URI page) {
    driver.get(page.toString());
  }

  void types(String id, String text) {
    var box = driver.findElement(By.id(id));
    box.clear();
    box.sendKeys(text);
  }

  void presses(String id) {
    driver.findElement(By.id(id)).click();
  }

  String text(String id) {
    return driver.findElement(By.id(id)).getText();
  }

  /** What an expression in the page comes to. */
  Object value(String expression) {
    return driver.executeScript("return " + expression);
  }

  /** What the browser complained of. */
  List<String> complaints() {
    return driver.manage().logs().get("browser").getAll().stream().map(LogEntry::getMessage).toList();
  }

  /** All of the page, as it is now. */
  void screenshot(Path file) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  @Override
  public void close() {
    driver.quit();
  }
}
